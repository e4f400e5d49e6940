// SPDX-License-Identifier: Apache-2.0
// What version 0.1.0 left when it was killed, put where a test wants it: the segments under a name in
// /dev/shm, the ledger at a path, with the names of source and ledger that the test has. images/ holds them
// as text; make_images.py says how they came about.
//
//     sequence  killed between the ledger's COMMIT and `durable`; two invoices in work
//     lines     killed between a claim's commit word and `head`: the pop lock is a dead one's
//     full      killed while the ledger was locked: storage, a hand and the ring are full; a dead one has the
//     save lock spool     killed between a save's commit word and the hand's `done`; files of booked invoices
//     not moved files     killed with two commands running, files in the ring, results not flushed
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/core/segments/layout_4.hpp"

namespace pipeline::test {

class OldImage {
  public:
    explicit OldImage(const std::string& image);

    [[nodiscard]] layout_4::Ring& ring() noexcept { return *reinterpret_cast<layout_4::Ring*>(ring_.data()); }
    [[nodiscard]] layout_4::Storage& storage() noexcept {
        return *reinterpret_cast<layout_4::Storage*>(storage_.data());
    }
    [[nodiscard]] layout_4::Item& slot(std::uint64_t index) noexcept {
        return const_cast<layout_4::Item&>(ring().slots()[index % ring().header.capacity]);
    }
    [[nodiscard]] layout_4::Record& record(std::uint64_t index) noexcept {
        return const_cast<layout_4::Record&>(storage().records()[index % storage().header.capacity]);
    }

    // From now on it says that it is of these.
    void set_source(const std::string& source);
    void set_ledger(const std::string& ledger);
    // Calls `visit(id, position)` for every invoice in it whose receipt the source has not got: in the ring,
    // in hands, in the storage. The position may be changed.
    void for_each_unreleased(
        const std::function<void(const std::string& id, std::uint64_t& position)>& visit);

    // Puts the segments into /dev/shm as NAME.ring and NAME.storage, in place of what is there.
    void write_segments(const std::string& name) const;
    // Makes the ledger as that version left it, of the source, with the positions that are in the segments.
    void write_ledger(const std::filesystem::path& path);

  private:
    struct alignas(64) Line {
        std::array<std::byte, 64> bytes;
    };
    [[nodiscard]] static std::vector<Line> load(const std::filesystem::path& path);

    std::string image_;
    std::vector<Line> ring_;
    std::vector<Line> storage_;
};

// Removes the segments of that name, and those under their temporary names.
void remove_segments(const std::string& name);

}  // namespace pipeline::test
