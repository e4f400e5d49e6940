// SPDX-License-Identifier: Apache-2.0
// Asks, before a program is run for an invoice, whether its id is booked already: a program has effects
// outside, so it is not run for an invoice that the ledger would only recognise. If the source
// gives invoices again (exec:), the ledger also recognises those that are not booked, by their positions. One
// question to the ledger serves a whole batch. An id that is in flight already is held back until its result
// is durable, and is then asked for again.
//
// Two cases are not prevented: an invoice that another pipeline on the same ledger processes at the same
// moment, and one whose first attempt is repeated after a kill.
#pragma once

#include <bitset>
#include <chrono>
#include <memory>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "consumer/work/batch.hpp"

namespace pipeline {

class Admission {
  public:
    // `hand`: of this consumer. All references must outlive the object. `ledger` may store nothing: then
    // every invoice is admitted. `by_position`: the source gives invoices again.
    Admission(const Ring& ring, const Storage& storage, const Hand& hand,
              std::shared_ptr<LedgerLookup> ledger, bool by_position = false)
        : ring_(ring),
          storage_(storage),
          hand_(hand),
          ledger_(std::move(ledger)),
          by_position_(by_position) {}

    // Call before each batch: forgets the answers about the last one.
    void begin_batch() noexcept { is_asked_ = false; }
    // Answers for item i of the hand.
    [[nodiscard]] Batch::Admitted ask(std::uint64_t i);

  private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool ask_all();
    [[nodiscard]] bool is_booked(std::uint64_t i);
    [[nodiscard]] std::uint64_t position_of(std::uint64_t i) const;
    void find(std::span<const std::string_view> ids, std::uint64_t first, std::span<bool> booked);
    void find_in_flight();
    void look_into_hands(std::uint64_t first);
    [[nodiscard]] bool may_be_in_storage();
    void look_into_storage();
    template <class Same>
    void mark(std::uint64_t hash, std::uint64_t before, Same&& same);
    [[nodiscard]] bool is_in_flight(std::uint64_t i);
    void put_off(const std::string& why);

    Ring ring_;
    Storage storage_;
    Hand hand_;
    std::shared_ptr<LedgerLookup> ledger_;
    bool by_position_;
    bool is_asked_ = false;
    std::bitset<kMaxBatch> booked_;
    std::bitset<kMaxBatch> in_flight_;  // an earlier item has the same id, as last seen
    // The unsaved items of the hand by the hashes of their labels, in rising order.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> by_hash_;
    // The hashes of the records [filtered_from_, filtered_to_), which are not durable, so that a batch reads
    // only the records that are new. A set bit may be another record's.
    std::bitset<std::size_t{1} << 18U> filter_;
    std::uint64_t filtered_from_ = 0;
    std::uint64_t filtered_to_ = 0;
    Clock::time_point ask_at_{};
    bool is_failing_ = false;
};

}  // namespace pipeline
