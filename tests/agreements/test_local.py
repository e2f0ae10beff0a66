from registry.agreements import local


def test_locals_keep_the_order_of_the_list():
    """What the list does not say stays empty."""
    found = local.locals_by_key(
        b'{"values": [{"key": "DGA", "union": "DGA"}, {"key": "AFM", "union": "AFM"}]}'
    )

    assert list(found) == ["DGA", "AFM"]
    assert found["AFM"].craft == ""
