// SPDX-License-Identifier: Apache-2.0
// The source nats://HOST/STREAM/CONSUMER: the messages of a pull consumer of JetStream (docs/sources.md). A
// message's position is its sequence in the stream. It is acknowledged when its record is durable, by the
// sequence alone, so that any later producer can do it.
//
// A sequence that is in the pipeline is never pushed twice. One that is durable already is pushed, and the
// ledger recognises it (rule 3 of docs/ledger.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/spec/source_spec.hpp"
#include "producer/sources/key_table.hpp"
#include "producer/sources/nats/nats_link.hpp"
#include "producer/sources/repeated_warning.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class NatsSource final : public Source {
  public:
    // With --once, so long a time without a usable consumer ends the pipeline.
    static constexpr std::chrono::seconds kMostTrouble{30};

    // Throws Failure Configuration if the NATS_* variables are not right. Connects on a thread of its own.
    NatsSource(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context);

    // Throws Failure: NoInput or Configuration if the consumer is missing or cannot be used; NoInput, with
    // --once, if it could not be used for kMostTrouble.
    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] std::string_view bytes() const noexcept override { return bytes_; }
    [[nodiscard]] bool exhausted() const override;
    void stop() override;
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    std::chrono::nanoseconds look() override { return serve(); }
    std::chrono::nanoseconds serve() override;
    [[nodiscard]] bool wants_receipts() const noexcept override { return true; }
    void acknowledge(const Receipt& receipt) override;
    [[nodiscard]] BringBack bring_back(std::string_view id, std::uint64_t position) override;
    [[nodiscard]] bool can_go_without_receipts() const noexcept override { return ledger_->remembers(); }

  private:
    // An invoice that is in the pipeline.
    struct Flight {
        bool is_held = false;       // it was delivered, and must be acknowledged
        std::uint64_t id_hash = 0;  // 0: not known
    };

    [[nodiscard]] bool take(const NatsState::Incoming& message, Item& item);
    void accept_stream();
    void give_back_unpushed();
    void report();

    NatsAddress address_;
    std::string name_;
    bool once_;
    std::uint64_t body_max_;
    std::shared_ptr<SourceReport> report_;
    std::shared_ptr<LedgerLookup> ledger_;
    KeptMark mark_;
    std::size_t batch_max_;
    std::function<WorkProgress()> progress_;
    KeyTable<Flight> flights_;          // by position
    std::vector<std::uint64_t> given_;  // the sequences of the last acquired items
    std::uint64_t pushed_before_ = 0;   // so many items were pushed before them
    std::string bytes_;                 // of the last acquired items
    RepeatedWarning warning_;
    std::uint64_t troubles_told_ = 0;
    std::uint64_t sessions_told_ = 0;
    bool is_fresh_;
    bool is_other_stream_told_ = false;
    bool is_stopped_ = false;
    NatsLink link_;  // the last member: its thread ends first
};

}  // namespace pipeline
