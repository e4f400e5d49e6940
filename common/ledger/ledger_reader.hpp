// SPDX-License-Identifier: Apache-2.0
// A read-only snapshot of a ledger, for the audit. It can be taken while the pipeline runs, hangs, is dead or
// has finished. The reader writes, creates and repairs nothing, and blocks no writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/last_commit.hpp"

namespace pipeline {

// The ledger's own counts for one source, and the number of rows it really has from that source.
struct SourceBooks {
    std::string source;
    std::optional<std::uint64_t> cursor;
    std::uint64_t acquired = 0;  // as the ledger counts it
    std::uint64_t booked = 0;    // rows of invoices, like the next two
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
    std::uint64_t duplicates = 0;
    [[nodiscard]] std::uint64_t rows() const noexcept { return booked + rejected + failed + duplicates; }
};

// The ledger's examination of how it is stored.
struct SelfCheck {
    std::vector<std::string> faults;  // half a sentence each
    std::string proof;                // if there is no fault: what was found right
};

// Every function may throw an error of the ledger's own kind, which read_ledger() turns into a Failure or a
// retry.
class LedgerReader {
  public:
    LedgerReader() = default;
    LedgerReader(const LedgerReader&) = delete;
    LedgerReader& operator=(const LedgerReader&) = delete;
    virtual ~LedgerReader() = default;

    // The generation's last commit in the snapshot; none if the ledger's version does not record it.
    [[nodiscard]] virtual std::optional<LastCommit> last_commit(std::uint64_t generation) = 0;
    // The ledger's id; 0 if its version has none.
    [[nodiscard]] virtual std::uint64_t id() = 0;
    // All sources in order of name, including those that have rows and are not counted. Reads every row of
    // invoices.
    [[nodiscard]] virtual std::vector<SourceBooks> books() = 0;
    // Reads everything; tells at most `most` faults.
    [[nodiscard]] virtual SelfCheck check_itself(std::size_t most) = 0;
    // Calls `take` with the position of each invoice and duplicate of `source` within [first, last], in any
    // order. Both bounds are below 2^63.
    virtual void for_each_position(std::string_view source, std::uint64_t first, std::uint64_t last,
                                   const std::function<void(std::uint64_t)>& take) = 0;
};

}  // namespace pipeline
