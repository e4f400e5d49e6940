// SPDX-License-Identifier: Apache-2.0
// Bodies through a Go channel of byte slices, between two goroutines of one process. Fair: the channel holds as many
// bytes as the pipeline's byte area. The producer copies each body into a slice of its own, which the receiver may keep,
// as every Go program does that reads bodies into one buffer.
package main

import (
	"flag"
	"fmt"
	"os"
	"unsafe"
)

const backlogBytes = 16 << 20

func init() { flag.IntVar(bodyBytes, "body-bytes", 1024, "length of every body") }

func words(body []byte) []uint64 { return unsafe.Slice((*uint64)(unsafe.Pointer(&body[0])), len(body)/8) }

func lastWord(number uint64) uint64 { return ^number * 0x9e3779b97f4a7c15 }

func main() {
	parse("go_bodies", 103)
	if *bodyBytes < 16 || *bodyBytes%8 != 0 || *consumers != 1 || *batch != 1 {
		fmt.Fprintln(os.Stderr, "go_bodies: --body-bytes must be 16 or more, a multiple of 8; --consumers and --batch are 1")
		os.Exit(64)
	}
	waiting := backlogBytes / *bodyBytes
	if waiting < 2 {
		waiting = 2
	}
	source := make([]byte, *bodyBytes)
	all := words(source)
	var middle uint64
	for i := 1; i < len(all)-1; i++ {
		all[i] = uint64(i+1) * 0xd1b54a32d192ed03
		middle += all[i]
	}
	bodies := make(chan []byte, waiting)
	done := make(chan received)
	go func() {
		var mine received
		for body := range bodies {
			number := mine.count + 1
			var sum uint64
			for _, word := range words(body) {
				sum += word
			}
			mine.add(number, sum == number+middle+lastWord(number))
		}
		done <- mine
	}()
	var number uint64
	for running() {
		number++
		all[0], all[len(all)-1] = number, lastWord(number)
		bodies <- append([]byte(nil), source...)
	}
	close(bodies)
	report("go_bodies", number, []received{<-done}, false, true)
}
