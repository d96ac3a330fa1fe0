package audit

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// node is a stored hash of the tree by its tlog index.
type node struct {
	idx  int64
	hash tlog.Hash
}

// frontier is a tree that only grows: the roots of its complete subtrees, from
// the largest to the smallest, which is all that appending needs.
type frontier struct {
	size  int64
	peaks []tlog.Hash
}

// peakIndexes lists where the peaks of a tree of n records are stored.
func peakIndexes(n int64) []int64 {
	idx := make([]int64, 0, bits.OnesCount64(uint64(n)))
	for lo := int64(0); lo < n; {
		level := bits.Len64(uint64(n-lo)) - 1
		idx = append(idx, tlog.StoredHashIndex(level, lo>>level))
		lo += 1 << level
	}
	return idx
}

// add appends a leaf and returns the nodes to store: the leaf's hash and those
// of the subtrees that it completes.
func (f *frontier) add(leaf tlog.Hash) []node {
	nodes := []node{{tlog.StoredHashIndex(0, f.size), leaf}}
	h := leaf
	for level, n := 0, f.size; n&1 == 1; level, n = level+1, n>>1 {
		last := len(f.peaks) - 1
		h = tlog.NodeHash(f.peaks[last], h)
		f.peaks = f.peaks[:last]
		nodes = append(nodes, node{tlog.StoredHashIndex(level+1, n>>1), h})
	}
	f.peaks = append(f.peaks, h)
	f.size++
	return nodes
}

// root is the hash of the whole tree.
func (f *frontier) root() tlog.Hash {
	if f.size == 0 {
		h, _ := tlog.TreeHash(0, nil) // of the empty tree, a constant
		return h
	}
	h := f.peaks[len(f.peaks)-1]
	for i := len(f.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.peaks[i], h)
	}
	return h
}
