// SPDX-License-Identifier: Apache-2.0
// What all Go peers have in common: options, the content of an item, and the result as one line of JSON.
package main

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"syscall"
	"time"
)

const queueItems = 16384 // what the pipeline's ring holds

var (
	consumers    = flag.Int("consumers", 1, "goroutines that receive")
	batch        = flag.Int("batch", 1, "items in a slice; 1: items one by one")
	idBytes      = flag.Int("id-bytes", 36, "length of every id")
	milliseconds = flag.Int("milliseconds", 400, "how long")
	paceUs       = flag.Int("pace-us", 0, "one item in each such interval; measures how long each takes")
)

var bodyBytes = new(int) // a program that carries bodies makes it an option; 0: the items have none

var start time.Time

func now() int64 { return int64(time.Since(start)) }

func running() bool { return time.Since(start) < time.Duration(*milliseconds)*time.Millisecond }

func pace() { time.Sleep(time.Duration(*paceUs) * time.Microsecond) }

func parse(program string, mostIDBytes int) {
	flag.Parse()
	if *consumers < 1 || *batch < 1 || *idBytes < 1 || *idBytes > mostIDBytes {
		fmt.Fprintf(os.Stderr, "%s: --consumers, --batch and --id-bytes must be 1 or more, --id-bytes at most %d\n",
			program, mostIDBytes)
		os.Exit(64)
	}
	start = time.Now()
}

// The eight bytes that an id begins with, and the bytes of them that belong to an id of that length.
func stamp(number uint64) uint64 {
	return 0x2020202020202020 | (number * 0x9e3779b97f4a7c15 & 0x5f5f5f5f5f5f5f5f)
}

func mask(length int) uint64 {
	if length >= 8 {
		return ^uint64(0)
	}
	return 1<<(8*uint(length)) - 1
}

// What one goroutine has received; written back when it ends.
type received struct {
	count, sum, wrong uint64
	latencies         []int64
}

func (r *received) add(position uint64, good bool) {
	r.count++
	r.sum += position
	if !good {
		r.wrong++
	}
}

func quantile(sorted []int64, part float64) float64 {
	return float64(sorted[int(part*float64(len(sorted)-1))]) / 1e3
}

func report(peer string, sent uint64, all []received, stored bool, keptAll bool) {
	seconds := time.Since(start).Seconds()
	var sum received
	for _, one := range all {
		sum.count += one.count
		sum.sum += one.sum
		sum.wrong += one.wrong
		sum.latencies = append(sum.latencies, one.latencies...)
	}
	whole := sent > 0 && sum.count == sent && sum.sum == sent*(sent+1)/2 && sum.wrong == 0 && keptAll
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	items := float64(sum.count)
	fmt.Printf(`{"peer":"%s","consumers":%d,"batch":%d,"id_bytes":%d,"store":%t,"whole":%t,"items":%d,`+
		`"seconds":%.6f,"rate":%.1f,"cpu_ns_per_item":%.2f,"switches_per_1000":%.4f`, peer, *consumers, *batch, *idBytes,
		stored, whole, sum.count, seconds, items/seconds, float64(used.Utime.Nano()+used.Stime.Nano())/items,
		float64(used.Nvcsw+used.Nivcsw)*1000/items)
	if *bodyBytes != 0 {
		fmt.Printf(`,"body_bytes":%d`, *bodyBytes)
	}
	if len(sum.latencies) > 0 {
		sort.Slice(sum.latencies, func(a, b int) bool { return sum.latencies[a] < sum.latencies[b] })
		fmt.Printf(`,"p50_us":%.2f,"p99_us":%.2f,"p999_us":%.2f`, quantile(sum.latencies, 0.5),
			quantile(sum.latencies, 0.99), quantile(sum.latencies, 0.999))
	}
	fmt.Println("}")
	if !whole {
		os.Exit(1)
	}
}
