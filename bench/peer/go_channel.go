// SPDX-License-Identifier: Apache-2.0
// The exercise's own design in Go: a producer goroutine, a buffered channel, N goroutines and, with --store, a map
// behind a mutex; one by one, or in slices of --batch items. Fair: items travel by value; an id is a string that the
// producer makes, as every Go program has it; a slice is made for each batch; a receiver of slices locks the map once
// for a slice. --store=sized makes the map as large as it may become, which a program that does not know the future
// cannot do. go_channel_tuned.go goes further than one usually would.
package main

import (
	"encoding/binary"
	"flag"
	"sync"
)

type item struct {
	position   uint64
	acquiredNs int64
	id         string
}

type record struct {
	position uint64
	consumer int
}

// A store of all that was received, by id.
type kept struct {
	mutex sync.Mutex
	byID  map[string]record
}

func (k *kept) add(items []item, consumer int) {
	k.mutex.Lock()
	for i := range items {
		k.byID[items[i].id] = record{items[i].position, consumer}
	}
	k.mutex.Unlock()
}

type workload struct {
	number uint64
	text   []byte
}

func newWorkload() *workload {
	text := make([]byte, *idBytes+8)
	for i := range text {
		text[i] = '-'
	}
	return &workload{text: text}
}

func (w *workload) fill(items []item) {
	at := now()
	for i := range items {
		w.number++
		binary.LittleEndian.PutUint64(w.text, stamp(w.number))
		items[i] = item{w.number, at, string(w.text[:*idBytes])}
	}
}

func check(r *received, one *item) {
	got, expected := one.id, stamp(one.position)
	good := len(got) == *idBytes && (len(got) <= 8 || got[len(got)-1] == '-')
	var begin [8]byte
	copy(begin[:], got)
	good = good && (binary.LittleEndian.Uint64(begin[:])^expected)&mask(len(got)) == 0
	r.add(one.position, good)
}

var store = flag.String("store", "", "map or sized: keep what was received in a map")

func main() {
	parse("go_channel", 103)
	all := make([]received, *consumers)
	var stored *kept
	switch *store {
	case "map":
		stored = &kept{byID: map[string]record{}}
	case "sized":
		stored = &kept{byID: make(map[string]record, *milliseconds*5000)}
		parse("go_channel", 103) // the time starts when the map is there
	}
	work := newWorkload()
	if *batch == 1 {
		oneByOne(work, all, stored)
	} else {
		inSlices(work, all, stored)
	}
	keptAll := stored == nil || *idBytes < 8 || uint64(len(stored.byID)) == work.number
	report("go_channel", work.number, all, stored != nil, keptAll)
}

func oneByOne(work *workload, all []received, stored *kept) {
	items := make(chan item, queueItems)
	var group sync.WaitGroup
	for number := range all {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			mine := received{}
			one := make([]item, 1)
			for one[0] = range items {
				if *paceUs != 0 {
					mine.latencies = append(mine.latencies, now()-one[0].acquiredNs)
				}
				check(&mine, &one[0])
				if stored != nil {
					stored.add(one, number)
				}
			}
			all[number] = mine
		}(number)
	}
	made := make([]item, 64)
	if *paceUs != 0 {
		made = made[:1]
	}
	for running() {
		if *paceUs != 0 {
			pace()
		}
		work.fill(made)
		for i := range made {
			items <- made[i]
		}
	}
	close(items)
	group.Wait()
}

func inSlices(work *workload, all []received, stored *kept) {
	slices := make(chan []item, queueItems / *batch + 1)
	var group sync.WaitGroup
	for number := range all {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			mine := received{}
			for slice := range slices {
				for i := range slice {
					check(&mine, &slice[i])
				}
				if stored != nil {
					stored.add(slice, number)
				}
			}
			all[number] = mine
		}(number)
	}
	for running() {
		for i := 0; i < 64; i += *batch {
			slice := make([]item, *batch)
			work.fill(slice)
			slices <- slice
		}
	}
	close(slices)
	group.Wait()
}
