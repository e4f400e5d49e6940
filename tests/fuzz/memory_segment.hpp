// SPDX-License-Identifier: Apache-2.0
// Segments that lie in memory which the fuzzer has prepared. memory_segment.cpp stands in the place of
// common/shm/segment.cpp: what is tested above it is the code as it is, without a system call for each input.
#pragma once

#include <cstddef>
#include <string>

namespace pipeline::test {

// From now on Segment::open(name) gives these bytes, until forget_segments().
void offer_segment(const std::string& name, void* address, std::size_t bytes);
void forget_segments();

}  // namespace pipeline::test
