// SPDX-License-Identifier: Apache-2.0
// What the judging ledger has seen, in a file of fixed size that outlives every victim: for each number of
// the sequence, by which record it was recorded. The file is shared memory of its own, which no code under
// test knows. It has room for kLap numbers; the next lap's overwrite them, and each checks the one it
// overwrites, so that a run of any length is judged without a gap. (In flight are far fewer than kLap.)
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace pipeline::test {

class Verdict {
  public:
    static constexpr std::uint64_t kLap = std::uint64_t{1} << 24U;

    // Maps the file, made empty if it is not there.
    explicit Verdict(const std::filesystem::path& path);
    Verdict(const Verdict&) = delete;
    Verdict& operator=(const Verdict&) = delete;
    ~Verdict();

    // Number `position` (1, 2, 3 ...) is recorded by record `record`. By the same one again: a redo, no harm.
    // By another one: doubled. With the number one lap before missing: lost. One store, so that a kill leaves
    // it done or not.
    void record(std::uint64_t position, std::uint64_t record) noexcept;

    // The record of this number had other bytes than its own.
    void set_wrong(std::uint64_t position) noexcept { file_->wrong.store(position); }

    // Where the source is to go on; as a real ledger keeps it.
    void set_cursor(std::uint64_t cursor) noexcept { file_->cursor.store(cursor); }
    [[nodiscard]] std::uint64_t cursor() const noexcept { return file_->cursor.load(); }

    // Empty if the numbers 1..last are recorded by one record each, and nothing else; otherwise what is
    // wrong.
    [[nodiscard]] std::string judge(std::uint64_t last) const;

  private:
    struct File {
        std::atomic<std::uint64_t> cursor;
        std::atomic<std::uint64_t> doubled;  // the last number that was, 0: none
        std::atomic<std::uint64_t> lost;
        std::atomic<std::uint64_t> wrong;          // the last number whose record had not its own bytes
        std::atomic<std::uint64_t> entries[kLap];  // {position: 44, record: 20}; 0: none
    };
    File* file_;
};

}  // namespace pipeline::test
