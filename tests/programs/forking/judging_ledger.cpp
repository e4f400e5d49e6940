// SPDX-License-Identifier: Apache-2.0
// Takes the place of common/ledger/open/open_ledger.cpp: whatever ledger is asked for, it is one that judges.
// It keeps what it saw in the file that `sqlite:FILE` names, and it is told of each record by which index of
// the storage it is: a redo after a kill gives the same index again, a doubled invoice another one.
#include <chrono>
#include <optional>

#include "common/ledger/open/open_ledger.hpp"
#include "tests/programs/forking/roles.hpp"
#include "tests/programs/forking/verdict.hpp"

namespace pipeline {
namespace {

class JudgingLedger final : public Ledger {
  public:
    explicit JudgingLedger(const std::filesystem::path& path) : verdict_(path) {}

    void commit(const RecordRange& records, const CommitContext& context) override {
        for (std::size_t i = 0; i < records.size(); ++i) {
            Record& record = records.record(i);
            verdict_.record(record.position, records.first() + i);
            if (!test::is_right(records, i)) verdict_.set_wrong(record.position);
            record.outcome = static_cast<Outcome>(record.status);
        }
        if (context.cursor) verdict_.set_cursor(*context.cursor);
    }

    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view) override {
        const std::uint64_t cursor = verdict_.cursor();
        return cursor != 0 ? std::optional(cursor) : std::nullopt;
    }

  private:
    test::Verdict verdict_;
};

}  // namespace

std::unique_ptr<Ledger> open_ledger(const LedgerSpec& spec) {
    return std::make_unique<JudgingLedger>(spec.path);
}

std::unique_ptr<Ledger> open_known_ledger(const LedgerSpec& spec, const KnownLedger&) {
    return open_ledger(spec);
}

std::unique_ptr<Ledger> share_ledger(const LedgerSpec& spec) {
    return open_ledger(spec);
}

// No invoice of the storm waits.
std::unique_ptr<LedgerTaker> make_ledger_taker(const LedgerSpec&, TakerScope, std::function<KnownLedger()>) {
    return nullptr;
}

// It has no table.
std::unique_ptr<WorkTable> make_work_table(const LedgerSpec&, const TableName&) {
    return nullptr;
}

// Only --check reads it, and the storm does not check.
bool read_ledger(const LedgerSpec&, const std::function<void(LedgerReader&)>&) {
    return false;
}

// It has no chains, and so no heads.
bool browse_ledger(const LedgerSpec&, const std::function<void(LedgerBrowser&)>&,
                   std::optional<std::chrono::steady_clock::time_point>) {
    return false;
}

// Only spools and programs ask, and the storm has none.
std::unique_ptr<LedgerLookup> make_ledger_lookup(const LedgerSpec&, std::string, const KnownLedger&) {
    return std::make_unique<NoLookup>();
}

}  // namespace pipeline
