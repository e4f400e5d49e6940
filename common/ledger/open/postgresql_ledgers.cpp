// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/open/postgresql_ledgers.hpp"

#include "common/ledger/postgresql/people/pg_browser.hpp"
#include "common/ledger/postgresql/people/pg_editor.hpp"
#include "common/ledger/postgresql/people/pg_reader.hpp"
#include "common/ledger/postgresql/people/pg_summary.hpp"
#include "common/ledger/postgresql/pg_ledger.hpp"
#include "common/ledger/postgresql/pg_lookup.hpp"
#include "common/ledger/postgresql/pg_taker.hpp"
#include "common/ledger/postgresql/work/pg_work_table.hpp"

namespace pipeline {

std::unique_ptr<Ledger> open_postgresql(const std::string& url) {
    return std::make_unique<PgLedger>(url);
}

std::unique_ptr<Ledger> open_known_postgresql(const std::string& url, const KnownLedger& known) {
    return std::make_unique<PgLedger>(url, known);
}

std::unique_ptr<Ledger> share_postgresql(const std::string& url) {
    return PgLedger::shared(url);
}

std::unique_ptr<LedgerLookup> look_up_postgresql(const std::string& url, const std::string& source,
                                                 const KnownLedger& known) {
    return make_pg_lookup(url, source, known);
}

std::unique_ptr<LedgerTaker> take_from_postgresql(const std::string& url, const TakerScope& scope,
                                                  const std::function<KnownLedger()>& known) {
    return make_pg_taker(url, scope, known);
}

std::unique_ptr<WorkTable> work_table_of_postgresql(const std::string& url, const TableName& table) {
    return make_pg_work_table(url, table);
}

void read_postgresql(const std::string& url, const std::function<void(LedgerReader&)>& read) {
    read_pg_ledger(url, read);
}

void browse_postgresql(const std::string& url, const std::function<void(LedgerBrowser&)>& browse,
                       std::optional<std::chrono::steady_clock::time_point> until) {
    browse_pg_ledger(url, browse, until);
}

std::unique_ptr<LedgerEditor> edit_postgresql(const std::string& url) {
    return make_pg_editor(url);
}

std::optional<FrequentReasons> frequent_reasons_of_postgresql(const std::string& url,
                                                              const RunOutcomes& run) {
    return read_pg_frequent_reasons(url, run);
}

std::optional<std::uint64_t> acquired_count_of_postgresql(const std::string& url, std::string_view source) {
    return read_pg_acquired_count(url, source);
}

std::optional<std::uint64_t> waiting_count_of_postgresql(const std::string& url, std::string_view source,
                                                         std::uint64_t most) {
    return read_pg_waiting_count(url, source, most);
}

}  // namespace pipeline
