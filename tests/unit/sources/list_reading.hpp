// SPDX-License-Identifier: Apache-2.0
// Where a list is read on, and reading it until something is met.
#pragma once

#include "producer/sources/lines_source.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/source_fixture.hpp"

namespace pipeline::test {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

inline Resume at(std::uint64_t position) {
    Resume resume;
    resume.position = position;
    return resume;
}

// What a producer that has read the first `bytes` of `text`, which end with a line, leaves to the next one;
// `is_start`: to one of another run.
inline Resume after(std::string_view text, std::size_t bytes, bool is_start) {
    ListDigest digest;
    digest.add(text.substr(0, bytes));
    Resume resume = at(bytes);
    resume.marks = {{bytes, digest.digest(), digest.chain()}};
    resume.list_checked = !is_start;
    return resume;
}

// As `ids` 1, 2, 3, ... a line each, all of one length.
inline std::string numbered(int from, int to, char prefix = 'a') {
    std::string text;
    for (int i = from; i <= to; ++i) text += prefix + std::to_string(100'000 + i) + "\n";
    return text;
}

// Has the source look at its file and take what is there until `met`, for half a minute at most; true if it
// was.
template <class Met>
inline bool soon(LinesSource& source, Ids& ids, Met&& met) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (!met() && std::chrono::steady_clock::now() < until) {
        for (const auto& id : ids_of(take_all(source))) ids.push_back(id);
        source.wait(-1, 20ms);
    }
    return met();
}

}  // namespace pipeline::test
