// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/sequence_source.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "producer/sources/readiness.hpp"

namespace pipeline {

SequenceSource::SequenceSource(std::uint64_t next, std::optional<std::uint64_t> count)
    : next_(std::max<std::uint64_t>(next, 1)),
      // Less than the greatest number of the type, so that next_ can exceed last_.
      last_(std::min(count.value_or(std::numeric_limits<std::uint64_t>::max()),
                     std::numeric_limits<std::uint64_t>::max() - 1)),
      count_(count) {
    write_number();
}

void SequenceSource::write_number() {
    const auto end = std::to_chars(text_.data(), text_.data() + text_.size(), next_).ptr;
    length_ = static_cast<std::size_t>(end - text_.data());
}

std::size_t SequenceSource::acquire(std::span<Item> items) {
    if (next_ > last_) return 0;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(items.size(), last_ - next_ + 1));
    auto digit = static_cast<unsigned>(next_ % 10);
    for (Item& item : items.first(count)) {
        if (digit == 10) {  // all digits but the last change only once in ten numbers
            digit = 0;
            write_number();
        }
        item.position.store(next_++, std::memory_order_relaxed);
        item.extent.store(1, std::memory_order_relaxed);
        // Do not call Item::set_id(), which checks for control characters: a copy of fixed length is much
        // faster.
        std::memcpy(item.id.data(), text_.data(), text_.size());
        item.id[length_ - 1] = static_cast<char>('0' + digit++);
        item.id_length = static_cast<std::uint8_t>(length_);
    }
    if (digit == 10) write_number();
    return count;
}

void SequenceSource::wait(int signal_fd, std::chrono::milliseconds bound) {
    if (exhausted()) wait_readable(-1, signal_fd, bound);
}

}  // namespace pipeline
