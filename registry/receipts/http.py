"""The doors of receipts to keep: the proof file, the page, the PDF; for those who may read the disclosure."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter

from registry.auth.scope import Principal
from registry.db import Database
from registry.receipts import act
from registry.receipts.act import Written
from registry.settings import Settings

READERS = {"employer", "representative", "auditor", "administrator"}
DisclosureId = Annotated[UUID, PathParameter(description="The disclosure's id.")]
Version = Annotated[
    int | None,
    QueryParameter(description="The version, counted from 1; absent: the newest.", ge=1, le=1_000_000),
]
Size = Annotated[
    int | None,
    QueryParameter(
        description="The number of entries of a signed tree that holds the version; absent: the newest.",
        ge=1,
        le=2**53 - 1,
    ),
]


@get(
    "/v1/disclosures/{disclosure_id:uuid}/receipt.tlog-proof",
    operation_id="getProofFile",
    summary="The receipt of a version as a proof file",
    opt={"roles": READERS},
    media_type="text/plain",
    tags=["disclosures"],
)
async def get_proof_file(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    version: Version = None,
    size: Size = None,
) -> Response[bytes]:
    """Proof that the version's entry is in the signed log, for any tool that reads C2SP `.tlog-proof` files.

    It can be had as soon as the filing is answered, and for any later signed tree. Its line `extra` names
    the disclosure, the version and the SHA-256 of the bytes received; the entry itself is at
    `/ledger/entries/{index}`, for anybody.
    """
    return reply(await act.make(db, settings, principal, disclosure_id, version, size, "proof"))


@get(
    "/v1/disclosures/{disclosure_id:uuid}/receipt.html",
    operation_id="getReceiptPage",
    summary="The receipt of a version as a page to print",
    opt={"roles": READERS},
    media_type="text/html",
    tags=["disclosures"],
)
async def get_receipt_page(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    version: Version = None,
    size: Size = None,
) -> Response[bytes]:
    """What was received, when and from whom, with digests, the proof as text and as a QR code; A4 in print.

    The code carries the whole proof file up to 2,900 bytes, and beyond that its address and SHA-256.
    """
    return reply(await act.make(db, settings, principal, disclosure_id, version, size, "html"))


@get(
    "/v1/disclosures/{disclosure_id:uuid}/receipt.pdf",
    operation_id="getReceiptPdf",
    summary="The receipt of a version as PDF",
    opt={"roles": READERS},
    media_type="application/pdf",
    tags=["disclosures"],
)
async def get_receipt_pdf(
    disclosure_id: DisclosureId,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    version: Version = None,
    size: Size = None,
) -> Response[bytes]:
    """The same as the page, as PDF: the same version and signed tree give the same bytes."""
    return reply(await act.make(db, settings, principal, disclosure_id, version, size, "pdf"))


def reply(written: Written) -> Response[bytes]:
    """A receipt with its headers."""
    return Response(content=written.body, headers=written.headers)


routes = [get_proof_file, get_receipt_page, get_receipt_pdf]
