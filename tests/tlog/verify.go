// Verify a log of the registry with nothing of the registry's: golang.org/x/mod/sumdb, note and tlog.
//
//	go run verify.go log -vkey VKEY PREFIX [OLDER-CHECKPOINT ...]
//	go run verify.go proof -vkey VKEY RECEIPT.tlog-proof ENTRY
//
// PREFIX is a folder or an address that has `checkpoint` and `tile/` (C2SP tlog-tiles). Every entry is read and
// its inclusion checked; every tile is compared with what the entries give; each older checkpoint, and some
// sizes between, are checked to be beginnings of the tree. VKEY is the key itself or a file that holds it.
//
// Debian: apt install golang-go golang-golang-x-mod-dev
// then:   GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go …
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	if len(os.Args) < 2 || (os.Args[1] != "log" && os.Args[1] != "proof") {
		fail("usage: verify log -vkey VKEY PREFIX [OLDER-CHECKPOINT ...] | verify proof -vkey VKEY RECEIPT ENTRY")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	vkey := flags.String("vkey", "", "the log's key, or a file that holds it")
	flags.Parse(os.Args[2:])
	if held, err := os.ReadFile(*vkey); err == nil {
		*vkey = strings.TrimSpace(string(held))
	}
	key, err := note.NewVerifier(*vkey)
	check(err, "the key")
	if os.Args[1] == "proof" {
		verifyProof(key, flags.Arg(0), flags.Arg(1))
	} else {
		verifyLog(key, strings.TrimRight(flags.Arg(0), "/"), flags.Args()[1:])
	}
}

// verifyLog checks a whole log: signature, entries, tiles, inclusion of every entry, consistency.
func verifyLog(key note.Verifier, prefix string, older []string) {
	tree := open(key, fetch(prefix, "checkpoint"))
	var hashes storage
	for at := int64(0); at < tree.N; {
		tile := tlog.Tile{H: height, L: -1, N: at >> height, W: width(at, tree.N)}
		for _, entry := range unbundle(fetch(prefix, path(tile))) {
			stored, err := tlog.StoredHashes(at, entry, hashes)
			check(err, "hashing entry "+strconv.FormatInt(at, 10))
			hashes = append(hashes, stored...)
			at++
		}
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err, "the root of the entries")
	if root != tree.Hash {
		fail("the entries give another root than the checkpoint's")
	}
	tiles := tilesOf(tree.N)
	for _, tile := range tiles {
		want, err := tlog.ReadTileData(tile, hashes)
		check(err, path(tile))
		if !bytes.Equal(want, fetch(prefix, path(tile))) {
			fail(path(tile) + " is not what the entries give")
		}
	}
	for n := int64(0); n < tree.N; n++ {
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		check(err, "proving entry "+strconv.FormatInt(n, 10))
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		check(err, "the leaf")
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf[0]), "inclusion of entry "+strconv.FormatInt(n, 10))
	}
	reader := tlog.TileHashReader(tree, &mirror{prefix: prefix, had: map[string][]byte{}})
	for _, n := range []int64{0, tree.N / 3, tree.N / 2, tree.N - 1} {
		_, err := tlog.ProveRecord(tree.N, n, reader)
		check(err, "the proof of entry "+strconv.FormatInt(n, 10)+" from tiles")
	}
	sizes := []int64{1, tree.N / 3, tree.N / 2, tree.N - 1, tree.N}
	for _, name := range older {
		before := open(key, fetch("", name))
		known, err := tlog.TreeHash(before.N, hashes)
		check(err, name)
		if before.N > tree.N || known != before.Hash {
			fail(name + " is of another history")
		}
		sizes = append(sizes, before.N)
	}
	for _, n := range sizes {
		if n < 1 {
			continue
		}
		old, err := tlog.TreeHash(n, hashes)
		check(err, "an older root")
		proof, err := tlog.ProveTree(tree.N, n, reader)
		check(err, "consistency from "+strconv.FormatInt(n, 10))
		check(tlog.CheckTree(proof, tree.N, tree.Hash, n, old), "consistency from "+strconv.FormatInt(n, 10))
	}
	fmt.Printf("%s: signature, %d entries included, %d tiles, consistent with %d older sizes\n",
		key.Name(), tree.N, len(tiles), len(sizes))
}

// verifyProof checks one `.tlog-proof` (C2SP tlog-proof v1) and the entry it is about.
func verifyProof(key note.Verifier, receipt, entry string) {
	head, signed, found := strings.Cut(string(fetch("", receipt)), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		fail(receipt + " is no proof file")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	check(err, "the entry's place")
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		proof = append(proof, hash(line))
	}
	tree := open(key, []byte(signed))
	leaf := tlog.RecordHash(fetch("", entry))
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf), "the proof")
	fmt.Printf("%s: entry %d is in the signed tree of %d entries\n", key.Name(), index, tree.N)
}

// open verifies a checkpoint's signature and reads origin, size and root from its text.
func open(key note.Verifier, signed []byte) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(key))
	check(err, "the checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		fail("the checkpoint is not of " + key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "the size")
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

func hash(line string) (found tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(line)
	check(err, "a hash")
	if len(raw) != tlog.HashSize {
		fail("a hash has the wrong length")
	}
	copy(found[:], raw)
	return found
}

// path is a tile's address in C2SP form: without the height, and bundles are `entries`.
func path(tile tlog.Tile) string {
	said := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	return strings.Replace(said, "tile/data/", "tile/entries/", 1)
}

// tilesOf lists every tile of a tree: full ones, and at the right edge of each level the partial one.
func tilesOf(size int64) (tiles []tlog.Tile) {
	for level := 0; size>>(height*level) > 0; level++ {
		count := size >> (height * level)
		for at := int64(0); at < count; at += 1 << height {
			tiles = append(tiles, tlog.Tile{H: height, L: level, N: at >> height, W: width(at, count)})
		}
	}
	return tiles
}

func width(at, size int64) int {
	if left := size - at; left < 1<<height {
		return int(left)
	}
	return 1 << height
}

func unbundle(data []byte) (entries [][]byte) {
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data)) + 2
		if length > len(data) {
			fail("a bundle of entries is cut short")
		}
		entries, data = append(entries, data[2:length]), data[length:]
	}
	return entries
}

// storage holds the stored hashes of the entries read, in the order of the tlog package.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for place, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not there", index)
		}
		found[place] = s[index]
	}
	return found, nil
}

// mirror reads tiles from the log; tlog.TileHashReader verifies each of them against the tree.
type mirror struct {
	prefix string
	had    map[string][]byte
}

func (m *mirror) Height() int { return height }

func (m *mirror) ReadTiles(tiles []tlog.Tile) (read [][]byte, err error) {
	for _, tile := range tiles {
		name := path(tile)
		if m.had[name] == nil {
			m.had[name] = fetch(m.prefix, name)
		}
		read = append(read, m.had[name])
	}
	return read, nil
}

func (m *mirror) SaveTiles([]tlog.Tile, [][]byte) {}

func fetch(prefix, name string) []byte {
	place := name
	if prefix != "" {
		place = prefix + "/" + name
	}
	if !strings.HasPrefix(place, "http://") && !strings.HasPrefix(place, "https://") {
		data, err := os.ReadFile(place)
		check(err, name)
		return data
	}
	answer, err := http.Get(place)
	check(err, name)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	check(err, name)
	if answer.StatusCode != http.StatusOK {
		fail(place + ": " + answer.Status)
	}
	return data
}

func check(err error, what string) {
	if err != nil {
		fail(what + ": " + err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "NOT VERIFIED: "+why)
	os.Exit(1)
}
