// SPDX-License-Identifier: Apache-2.0
// A Go channel between goroutines, tuned beyond what a program with real ids could do: an upper bound for one process,
// like moodycamel. Ids are arrays of up to 39 bytes inside the items, and slices return to the producer through a second
// channel, so that nothing is ever allocated, collected or copied: a receiver reads what the producer wrote in place.
package main

import (
	"encoding/binary"
	"sync"
)

// The same 56 bytes that the other peers carry for ids of up to 39 bytes.
type item struct {
	position   uint64
	acquiredNs int64
	idLength   uint8
	id         [39]byte
}

type workload struct{ number uint64 }

func newItems(count int) []item {
	items := make([]item, count)
	for i := range items {
		items[i].idLength = uint8(*idBytes)
		for j := range items[i].id {
			items[i].id[j] = '-'
		}
	}
	return items
}

func (w *workload) fill(items []item) {
	at := now()
	for i := range items {
		w.number++
		items[i].position = w.number
		items[i].acquiredNs = at
		binary.LittleEndian.PutUint64(items[i].id[:8], stamp(w.number))
	}
}

func check(r *received, one *item, bits uint64) {
	got := binary.LittleEndian.Uint64(one.id[:8])
	length := int(one.idLength)
	r.add(one.position, (got^stamp(one.position))&bits == 0 && length == *idBytes &&
		(length <= 8 || one.id[length-1] == '-'))
}

func main() {
	parse("go_channel_tuned", 39)
	all := make([]received, *consumers)
	var work workload
	if *batch == 1 {
		oneByOne(&work, all)
	} else {
		inSlices(&work, all)
	}
	report("go_channel_tuned", work.number, all, false, true)
}

func oneByOne(work *workload, all []received) {
	items := make(chan item, queueItems)
	var group sync.WaitGroup
	for number := range all {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			mine := received{}
			bits := mask(*idBytes)
			for one := range items {
				if *paceUs != 0 {
					mine.latencies = append(mine.latencies, now()-one.acquiredNs)
				}
				check(&mine, &one, bits)
			}
			all[number] = mine
		}(number)
	}
	made := newItems(64)
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

func inSlices(work *workload, all []received) {
	slices := make(chan []item, queueItems / *batch + 1)
	free := make(chan []item, queueItems / *batch + 2 + len(all))
	for i := 0; i < cap(free); i++ {
		free <- newItems(*batch)
	}
	var group sync.WaitGroup
	for number := range all {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			mine := received{}
			bits := mask(*idBytes)
			for slice := range slices {
				for i := range slice {
					check(&mine, &slice[i], bits)
				}
				free <- slice
			}
			all[number] = mine
		}(number)
	}
	for running() {
		for i := 0; i < 64; i += *batch {
			slice := <-free
			work.fill(slice)
			slices <- slice
		}
	}
	close(slices)
	group.Wait()
}
