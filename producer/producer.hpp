// SPDX-License-Identifier: Apache-2.0
// Acquires items from the source unless paused, pushes them into the ring, and acknowledges durable records
// to the source. On a stop request (or, with --once, when the source has nothing more) the producer closes
// the ring, and ends once every item is acknowledged.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>

#include "common/base/exit_status.hpp"
#include "common/base/fd.hpp"
#include "common/core/idle_wait.hpp"
#include "common/core/metrics.hpp"
#include "common/core/segments/segments.hpp"
#include "common/options/producer_options.hpp"
#include "common/os/lineage.hpp"
#include "producer/again/second_chances.hpp"
#include "producer/again/source_hold.hpp"
#include "producer/item_pace.hpp"
#include "producer/list_marker.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class Producer {
  public:
    // `signal_fd`: a signalfd(2) for SIGTERM and SIGINT. A signal only wakes the producer, which then asks
    // the ring whether to stop (must_stop()).
    Producer(const ProducerOptions& options, const Segments& segments, Source& source,
             SecondChances& second_chances, SourceHold& hold, int signal_fd);

    // Runs until every acquired item is acknowledged, and returns Drained. Returns NotDrained in two cases.
    // The supervisor is dead, and the consumers are dead too or do not finish within the drain timeout; or
    // the ring's indices are used up.
    [[nodiscard]] ExitStatus run();

  private:
    void acquire_until_stopped();
    [[nodiscard]] bool acquire_and_push(bool is_try);
    [[nodiscard]] std::size_t acquire(std::size_t most);
    [[nodiscard]] std::size_t acquire_again(std::size_t most);
    // True if no invoice of the source waits for another attempt, in the pipeline or in the ledger.
    [[nodiscard]] bool is_nothing_waiting() {
        return storage_.released() == tail_ && second_chances_.is_over(tail_);
    }
    void push(std::size_t count, std::string_view bytes);
    void give_up(std::span<const Item> waiting, const char* why);
    void wait_for_source();
    void wait_in_hold();
    enum class Until : std::uint8_t { Continued, RateAllows, Receipts };
    void wait_without_source(std::chrono::nanoseconds bound, Until until);
    [[nodiscard]] bool is_paused() const noexcept { return ring_.paused() && !stopping_; }
    void acknowledge();
    [[nodiscard]] bool wait_for_receipts();
    void leave_receipts();
    [[nodiscard]] bool must_stop() noexcept;
    [[nodiscard]] bool orphan_has_waited_enough() noexcept;
    [[nodiscard]] bool has_receipts() const noexcept { return storage_.durable() != storage_.released(); }

    const ProducerOptions& options_;
    Ring ring_;
    Storage storage_;
    std::uint64_t tail_;  // the ring's tail after this producer's last push
    ActivityMeter meter_;
    Source& source_;
    SecondChances& second_chances_;
    int signal_fd_;
    UniqueFd wake_fd_;  // readable if that is, or if an invoice can be given again
    Lineage lineage_;
    ListMarker marker_;
    ItemPace pace_;
    SourceHold& hold_;
    IdleWait idle_wait_;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point look_outside_at_{};
    std::optional<std::chrono::steady_clock::time_point> orphan_deadline_;
    bool ring_is_used_up_ = false;
    bool has_given_up_ = false;
    bool lacks_ids_ = false;  // it had no room for ids that the source cannot give again
    std::array<Item, kMaxBatch> batch_{};
};

}  // namespace pipeline
