// SPDX-License-Identifier: Apache-2.0
// The source exec:COMMAND, the user's program (docs/sources.md). The program gives invoices by
// positions of its own, in any order, and is told what has become of each once that is durable. It gives
// again what it was not told, to this producer or a later one.
//
// A position that is in the pipeline is never pushed twice: if the program gives it again, it only gets its
// receipt. One that is durable already is pushed, and the ledger recognises it (rule 3 of docs/ledger.md).
// Each run of the program gets receipts only for what this run has given.
#pragma once

#include <cstdint>
#include <string>

#include "common/spec/source_spec.hpp"
#include "producer/sources/key_table.hpp"
#include "producer/sources/program/given_line.hpp"
#include "producer/sources/program/source_program.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class ExecSource final : public Source {
  public:
    // Throws Failure NoInput if there is no such program. The program is started by the first acquire().
    ExecSource(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context);

    // Throws Failure NoInput if the program cannot be run, or with --once if it gives nothing again and
    // again.
    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] std::string_view bytes() const noexcept override { return bytes_; }
    [[nodiscard]] bool exhausted() const override;
    void stop() override;
    void wait(int signal_fd, std::chrono::milliseconds bound) override;
    std::chrono::nanoseconds look() override { return program_.serve(); }
    std::chrono::nanoseconds serve() override { return program_.serve(); }
    [[nodiscard]] bool wants_receipts() const noexcept override { return true; }
    void acknowledge(const Receipt& receipt) override;
    [[nodiscard]] BringBack bring_back(std::string_view id, std::uint64_t position) override;
    [[nodiscard]] bool can_go_without_receipts() const noexcept override { return ledger_->remembers(); }

  private:
    // An invoice that is in the pipeline.
    struct Flight {
        std::uint64_t run = 0;      // the run that waits for its receipt; 0: none
        std::uint64_t id_hash = 0;  // 0: not known
    };

    [[nodiscard]] bool take(const ProgramLines::Line& line, Item& item);
    [[nodiscard]] bool take_invoice(GivenLine& given, const ProgramLines::Line& line, Item& item);
    [[nodiscard]] bool is_stored(const GivenLine& given) const;
    void wait_for_receipt(Flight& flight);

    std::string name_;
    std::uint64_t body_max_;
    std::shared_ptr<SourceReport> report_;
    std::shared_ptr<LedgerLookup> ledger_;
    SourceProgram program_;
    KeyTable<Flight> flights_;  // by position
    std::uint64_t owed_run_ = 0;
    std::uint64_t owed_ = 0;  // receipts that run owed_run_ of the program waits for
    std::string bytes_;       // of the last acquired items
    bool says_nothing_more_ = false;
    bool is_stopped_ = false;
    bool has_unknown_key_ = false;
};

}  // namespace pipeline
