// SPDX-License-Identifier: Apache-2.0
// Recomputes the heads of all chains, whatever the ledger's kind.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"
#include "common/ledger/seal/commit_link.hpp"
#include "common/ledger/seal/seal_faults.hpp"

namespace pipeline {

// A row of the table commits. Texts are valid during the call that gets it.
struct StoredLink {
    SealedCommit commit;
    std::optional<SealedCommit::Kind> kind;  // none: a text that names no kind
    std::uint64_t number = 0;
    std::string_view heads;
    Digest head{};
};

// The chains of a ledger, as its tables have them. A kind of ledger implements it; each call is a question to
// the ledger.
class ChainBooks {
  public:
    ChainBooks() = default;
    ChainBooks(const ChainBooks&) = delete;
    ChainBooks& operator=(const ChainBooks&) = delete;
    virtual ~ChainBooks() = default;

    // Calls `take` with every link, in the order of generation (as a number with a sign) and number. `take`
    // may ask the other questions.
    virtual void for_each_link(const std::function<void(const StoredLink&)>& take) = 0;
    // Returns the head of a link; none if there is no such link.
    [[nodiscard]] virtual std::optional<Digest> head(std::uint64_t generation, std::uint64_t number) = 0;
    // Returns what the first link of a chain has taken in; empty if it has taken in nothing.
    [[nodiscard]] virtual std::string taken_in(std::uint64_t generation) = 0;
    // Returns how many results the table generations says that a generation has recorded; none if the table
    // does not have it.
    [[nodiscard]] virtual std::optional<std::uint64_t> recorded(std::uint64_t generation) = 0;
    // Calls `take` with each row of generations that has recorded results and should have a chain, and has
    // none.
    using TakeCount = std::function<void(std::uint64_t generation, std::uint64_t count)>;
    virtual void for_each_without_chain(const TakeCount& take) = 0;
    // Calls `take` with each row of generations and the number of the link that it says was taken in; 0 if
    // none was.
    virtual void for_each_taken(const TakeCount& take) = 0;
};

struct ChainTotals {
    std::uint64_t chains = 0;
    std::uint64_t links = 0;
    std::string found;  // half a sentence about the link whose head was asked for; empty: there is none
};

// Checks that each chain has all its links, that each head follows from its link and from the head before it,
// that the chain reaches as far as the generation's count of results, and that each head that a chain has
// taken in is still that link's. With `head`, a ledger without a link of this head has a fault.
// `may_have_before` tells whether the ledger may have rows that are older than its chains.
[[nodiscard]] ChainTotals check_chains(ChainBooks& books, bool may_have_before,
                                       const std::optional<Digest>& head, SealFaults& faults);

// A link with results, whose rows are not as it has sealed them.
struct ResultsRange {
    std::uint64_t generation;
    std::uint64_t number;
    std::uint64_t first;
    std::uint64_t recorded;
    std::uint64_t changed;
};
// Return the fault of such a link, of whose rows `found` are there, and of a link that has pruned rows.
[[nodiscard]] std::string changed_rows_fault(const ResultsRange& link, std::uint64_t found);
[[nodiscard]] std::string changed_pruned_fault(std::uint64_t number, std::uint64_t changed);

// Returns half a sentence that says what was checked, for a ledger without faults.
[[nodiscard]] std::string sealed_proof(std::uint64_t rows, const ChainTotals& chains);

}  // namespace pipeline
