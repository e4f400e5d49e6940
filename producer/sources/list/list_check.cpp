// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/list_check.hpp"

#include <algorithm>
#include <span>

#include "producer/sources/list/line_reader.hpp"

namespace pipeline {

ListCheck::ListCheck(std::vector<MarkedPosition> marks, std::uint64_t position, bool from_last,
                     std::vector<AcquiredLine> unmarked, const ListForm& form)
    : marks_(std::move(marks)),
      unmarked_(std::move(unmarked)),
      form_(form),
      position_(position),
      is_blind_(marks_.empty()) {
    if (!from_last || marks_.empty() || !marks_.back().has_chain()) return;
    const MarkedPosition& last = marks_.back();
    digest_ = ListDigest(last.chain, ListDigest::chain_position_of(last.position));
    while (marks_[next_].position < digest_.position()) ++next_;
}

ListCheck::Outcome ListCheck::read_slice(const ListFile& file) {
    const std::uint64_t end = std::min(position_, digest_.position() + kSliceBytes);
    while (true) {
        const bool has_mark = next_ < marks_.size() && marks_[next_].position <= end;
        if (!file.read(digest_, has_mark ? marks_[next_].position : end)) return Outcome::Shorter;
        if (!has_mark) break;
        if (digest_.digest() != marks_[next_].digest) return Outcome::Different;
        ++next_;
    }
    if (end != position_) return Outcome::Unfinished;
    return has_unmarked(file) ? Outcome::Same : Outcome::Different;
}

// True if the file still has the lines after the last mark as they were acquired. They must be compared one
// by one, because no mark covers them. The next mark's digest will cover the lines that are in the file now.
bool ListCheck::has_unmarked(const ListFile& file) const {
    if (unmarked_.empty()) return true;
    LineReader lines({}, unmarked_.front().position, form_);
    for (const AcquiredLine& expected : unmarked_) {
        Item line;
        lines.clear_bytes();
        while (lines.take(std::span(&line, 1)) == 0) {
            const std::span<char> room = lines.room();
            const std::size_t got = file.read_at(lines.end_position(), room);
            lines.filled(got);
            if (got != 0) continue;
            if (!lines.take_rest(line)) return false;
            break;
        }
        if (line.position != expected.position || label_in(line.id_length, line.id) != expected.label)
            return false;
    }
    return true;
}

}  // namespace pipeline
