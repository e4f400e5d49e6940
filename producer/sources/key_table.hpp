// SPDX-License-Identifier: Apache-2.0
// A map from 64-bit keys to small values, in one array: open addressing with linear probing. A spool looks up
// each file about ten times while the file is in the pipeline; with std::unordered_map, whose nodes lie
// scattered, the misses of the processor's cache cost a tenth of a spool's throughput.
//
// Erasing moves later entries back (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm
// R), so that lookups need no marks of erased entries and stay short for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pipeline {

template <class Value>
class KeyTable {
  public:
    // Returns the value of `key`, valid until the next insert or erase; null if the table does not have the
    // key.
    [[nodiscard]] Value* find(std::uint64_t key) noexcept {
        const std::size_t at = place_of(key);
        return at != kNone && entries_[at].used ? &entries_[at].value : nullptr;
    }
    [[nodiscard]] const Value* find(std::uint64_t key) const noexcept {
        const std::size_t at = place_of(key);
        return at != kNone && entries_[at].used ? &entries_[at].value : nullptr;
    }
    [[nodiscard]] bool contains(std::uint64_t key) const noexcept { return find(key) != nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    // Inserts `key` with Value{} if the table does not have it. Returns its value, and whether it was
    // inserted.
    std::pair<Value&, bool> insert(std::uint64_t key) {
        // At most half of the places are used: a lookup then probes 1.5 to 2.5 of them on average.
        if ((size_ + 1) * 2 > entries_.size()) grow();
        Entry& entry = entries_[place_of(key)];
        if (entry.used) return {entry.value, false};
        entry = {key, Value{}, true};
        ++size_;
        return {entry.value, true};
    }

    // Removes `key`; returns false if the table does not have it.
    bool erase(std::uint64_t key) noexcept {
        std::size_t hole = place_of(key);
        if (hole == kNone || !entries_[hole].used) return false;
        const std::size_t mask = entries_.size() - 1;
        for (std::size_t next = (hole + 1) & mask; entries_[next].used; next = (next + 1) & mask) {
            // The entry may move into the hole if a lookup of its key, which starts at home(key), passes the
            // hole.
            const std::size_t way = (next - home(entries_[next].key)) & mask;
            if (way < ((next - hole) & mask)) continue;
            entries_[hole] = entries_[next];
            hole = next;
        }
        entries_[hole] = {};
        --size_;
        return true;
    }

  private:
    static constexpr std::size_t kNone = SIZE_MAX;
    struct Entry {
        std::uint64_t key = 0;
        Value value{};
        bool used = false;
    };

    // Inode numbers are often consecutive: a multiplication spreads them (Fibonacci hashing, Knuth, section
    // 6.4).
    [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept {
        return (key * 0x9e37'79b9'7f4a'7c15U) >> shift_;
    }
    // Returns the place of `key`, or the unused place where it belongs; kNone if the table has no places yet.
    [[nodiscard]] std::size_t place_of(std::uint64_t key) const noexcept {
        if (entries_.empty()) return kNone;
        const std::size_t mask = entries_.size() - 1;
        std::size_t at = home(key);
        while (entries_[at].used && entries_[at].key != key) at = (at + 1) & mask;
        return at;
    }
    void grow() {
        std::vector<Entry> old(entries_.empty() ? kLeast : entries_.size() * 2);
        std::swap(old, entries_);
        if (!old.empty()) --shift_;
        for (const Entry& entry : old) {
            if (entry.used) entries_[place_of(entry.key)] = entry;
        }
    }

    static constexpr std::size_t kLeast = 16;
    std::vector<Entry> entries_;  // their number is a power of two
    unsigned shift_ = 64 - 4;     // 64 - log2(entries_.size())
    std::size_t size_ = 0;
};

}  // namespace pipeline
