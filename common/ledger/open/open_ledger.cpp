// SPDX-License-Identifier: Apache-2.0
// Opens a ledger by its kind. Also defines the ledger that stores nothing.
#include "common/ledger/open/open_ledger.hpp"

#include "common/ledger/open/postgresql_ledgers.hpp"
#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "common/ledger/sqlite/people/sqlite_editor.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_lookup.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "common/ledger/sqlite/sqlite_taker.hpp"

namespace pipeline {
namespace {

// The ledger `none` sets the outcome of each record and stores nothing. Benchmarks use it, so it must cost
// nothing.
class NoLedger final : public Ledger {
  public:
    void commit(const RecordRange& records, const CommitContext&) override {
        for (const std::span<Record> piece : records.pieces()) {
            for (Record& record : piece) accept(record);
        }
    }

    [[nodiscard]] std::optional<std::uint64_t> cursor(std::string_view) override { return std::nullopt; }

  private:
    // Storage::save() has set the outcome already. Writing the same value again would take the cache line
    // away from the CPU of the consumer that saved the record.
    static void accept(Record& record) noexcept {
        const auto outcome = static_cast<Outcome>(record.status);
        if (record.outcome != outcome) record.outcome = outcome;
    }
};

}  // namespace

std::unique_ptr<Ledger> open_ledger(const LedgerSpec& spec) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return std::make_unique<SqliteLedger>(spec.path);
        case LedgerSpec::Kind::Postgresql:
            return open_postgresql(spec.url);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::make_unique<NoLedger>();
}

std::unique_ptr<Ledger> open_known_ledger(const LedgerSpec& spec, const KnownLedger& known) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return std::make_unique<SqliteLedger>(spec.path, known);
        case LedgerSpec::Kind::Postgresql:
            return open_known_postgresql(spec.url, known);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::make_unique<NoLedger>();
}

std::unique_ptr<Ledger> share_ledger(const LedgerSpec& spec) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return SqliteLedger::shared(spec.path);
        case LedgerSpec::Kind::Postgresql:
            return share_postgresql(spec.url);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::make_unique<NoLedger>();
}

std::unique_ptr<LedgerLookup> make_ledger_lookup(const LedgerSpec& spec, std::string source,
                                                 const KnownLedger& known) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return make_sqlite_lookup(spec.path, std::move(source), known);
        case LedgerSpec::Kind::Postgresql:
            return look_up_postgresql(spec.url, source, known);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::make_unique<NoLookup>();
}

std::unique_ptr<LedgerTaker> make_ledger_taker(const LedgerSpec& spec, TakerScope scope,
                                               std::function<KnownLedger()> known) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return make_sqlite_taker(spec.path, std::move(scope), std::move(known));
        case LedgerSpec::Kind::Postgresql:
            return take_from_postgresql(spec.url, scope, known);
        case LedgerSpec::Kind::None:
            break;
    }
    return nullptr;
}

std::unique_ptr<WorkTable> make_work_table(const LedgerSpec& spec, const TableName& table) {
    return spec.is_shared() ? work_table_of_postgresql(spec.url, table) : nullptr;
}

bool read_ledger(const LedgerSpec& spec, const std::function<void(LedgerReader&)>& read) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            read_sqlite_ledger(spec.path, read);
            return true;
        case LedgerSpec::Kind::Postgresql:
            read_postgresql(spec.url, read);
            return true;
        case LedgerSpec::Kind::None:
            break;
    }
    return false;
}

bool browse_ledger(const LedgerSpec& spec, const std::function<void(LedgerBrowser&)>& browse,
                   std::optional<std::chrono::steady_clock::time_point> until) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            browse_sqlite_ledger(spec.path, browse, until);
            return true;
        case LedgerSpec::Kind::Postgresql:
            browse_postgresql(spec.url, browse, until);
            return true;
        case LedgerSpec::Kind::None:
            break;
    }
    return false;
}

std::unique_ptr<LedgerEditor> edit_ledger(const LedgerSpec& spec) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return make_sqlite_editor(spec.path);
        case LedgerSpec::Kind::Postgresql:
            return edit_postgresql(spec.url);
        case LedgerSpec::Kind::None:
            break;
    }
    return nullptr;
}

}  // namespace pipeline
