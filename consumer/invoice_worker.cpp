// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice_worker.hpp"

#include <algorithm>
#include <span>

namespace pipeline {

InvoiceWorker::InvoiceWorker(const Hand& hand, Processor& processor, const Chances& chances,
                             const ClaimSize& claim_size, WorkClock& clock, ResultSaver& saver, Pacer& pacer,
                             const DrainWatch& watch) noexcept
    : hand_(hand),
      processor_(processor),
      chances_(chances),
      claim_size_(claim_size),
      clock_(clock),
      saver_(saver),
      pacer_(pacer),
      watch_(watch) {}

bool InvoiceWorker::work_off() {
    const HandWord word = hand_.word();
    if (word.done != word.count && watch_.must_leave()) return false;
    const bool is_paced = pacer_.is_on();
    std::size_t unsaved = 0;
    std::size_t with_details = 0;
    const std::size_t look = claim_size_.items_a_look();
    std::size_t next_look = look;
    clock_.begin();
    for (std::uint64_t i = word.done; i < word.count; ++i) {
        if (is_paced && !may_begin(i)) {
            // Save the finished results now, before the wait for the permit.
            if (unsaved != 0 && !save(i, unsaved, std::chrono::steady_clock::now())) return false;
            unsaved = with_details = 0;
            next_look = look;
            if (!wait_to_begin()) return false;
        }
        Result& result = results_[with_details];
        process(word.first, i, result);
        findings_[unsaved++] = Finding(result);
        if (result.has_details || result.has_attempt || result.extra) ++with_details;
        const bool last = i + 1 == word.count;
        if (!last && unsaved < next_look) continue;
        next_look += look;
        const auto now = std::chrono::steady_clock::now();
        if (!last && now - clock_.began() < ClaimSize::kBudget) continue;
        if (!save(i + 1, unsaved, now) || (!last && watch_.must_leave())) return false;
        unsaved = 0;
        with_details = 0;
        next_look = look;
    }
    return true;
}

// Saves the results of the last `unsaved` items before item `end`.
bool InvoiceWorker::save(std::uint64_t end, std::size_t unsaved, std::chrono::steady_clock::time_point now) {
    clock_.pause(end - unsaved, unsaved, now, end == hand_.word().count);
    if (!saver_.save(std::span(findings_).first(unsaved))) return false;
    clock_.resume();
    return true;
}

// Returns true if item i may begin now: it has got its permit, or it needs none, because it will not be
// processed (Chances::has_chance()).
bool InvoiceWorker::may_begin(std::uint64_t i) {
    return !chances_.has_chance(hand_, i) || pacer_.take() == std::chrono::nanoseconds::zero();
}

bool InvoiceWorker::wait_to_begin() {
    clock_.rest();
    const bool is_permitted = pacer_.wait();
    clock_.go_on();
    return is_permitted;
}

void InvoiceWorker::process(std::uint64_t first, std::uint64_t i, Result& result) {
    if (!chances_.has_chance(hand_, i)) return chances_.settle_without_chance(hand_, i, result);
    result.has_attempt = false;  // a processor need not set the whole result
    result.extra.reset();
    hand_.begin_work(first, i);
    processor_.process(Acquired(hand_, i), result);
    hand_.end_work();
    result.attempts = static_cast<std::uint8_t>(std::min(hand_.deaths(i) + 1, 255));
    Chances::complete(hand_, i, result);
}

}  // namespace pipeline
