// SPDX-License-Identifier: Apache-2.0
// The source table:NAME: the rows of a table in the ledger's database (docs/sources.md). A row's position is
// its column `position`. The commit that records an invoice removes its row, so a receipt only ends the
// lease's extension.
//
// A position that is in the pipeline is never pushed twice. One that is durable already is pushed, and the
// ledger recognises it (rule 3 of docs/ledger.md) and removes the row.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/spec/source_spec.hpp"
#include "producer/sources/key_table.hpp"
#include "producer/sources/repeated_warning.hpp"
#include "producer/sources/source.hpp"
#include "producer/sources/table/table_link.hpp"

namespace pipeline {

class TableSource final : public Source {
  public:
    // With --once, so long a time without a usable table ends the pipeline.
    static constexpr std::chrono::seconds kMostTrouble{30};

    // Connects on a thread of its own. `context.work_table` must be set.
    TableSource(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context);

    // Throws Failure: NoInput or Configuration if the table is missing or cannot be used; NoInput, with
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
    [[nodiscard]] bool can_go_without_receipts() const noexcept override { return true; }

  private:
    // An invoice that is in the pipeline.
    struct Flight {
        bool has_row = false;       // its commit will remove a row
        std::uint64_t id_hash = 0;  // 0: not known
        // Another row has its position, and waits for its end: that one's WorkRow::until_us; 0: none.
        std::int64_t other_until_us = 0;
    };

    [[nodiscard]] bool take(const WorkRow& row, Item& item);
    void pass_over(const WorkRow& row);
    void give_back_unpushed();
    void report();

    std::string name_;
    bool once_;
    std::uint64_t body_max_;
    std::shared_ptr<SourceReport> report_;
    std::size_t batch_max_;
    std::function<WorkProgress()> progress_;
    KeyTable<Flight> flights_;         // by position
    std::vector<WorkRow> given_;       // position and lease of the last acquired items
    std::uint64_t pushed_before_ = 0;  // so many items were pushed before them
    std::string bytes_;                // of the last acquired items
    RepeatedWarning warning_;
    std::uint64_t troubles_told_ = 0;
    std::uint64_t sessions_told_ = 0;
    bool is_stopped_ = false;
    TableLink link_;  // the last member: its thread ends first
};

}  // namespace pipeline
