// SPDX-License-Identifier: Apache-2.0
// The ways into a ledger in PostgreSQL, as open_ledger.hpp describes them. A build without libpq has other
// definitions of these functions: each throws Failure Configuration.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/ledger_editor.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/ledger_taker.hpp"
#include "common/ledger/summary/reason_counts.hpp"
#include "common/ledger/work/work_table.hpp"
#include "common/spec/address/table_name.hpp"

namespace pipeline {

[[nodiscard]] std::unique_ptr<Ledger> open_postgresql(const std::string& url);
[[nodiscard]] std::unique_ptr<Ledger> open_known_postgresql(const std::string& url, const KnownLedger& known);
[[nodiscard]] std::unique_ptr<Ledger> share_postgresql(const std::string& url);
[[nodiscard]] std::unique_ptr<LedgerLookup> look_up_postgresql(const std::string& url,
                                                               const std::string& source,
                                                               const KnownLedger& known);
[[nodiscard]] std::unique_ptr<LedgerTaker> take_from_postgresql(const std::string& url,
                                                                const TakerScope& scope,
                                                                const std::function<KnownLedger()>& known);
[[nodiscard]] std::unique_ptr<WorkTable> work_table_of_postgresql(const std::string& url,
                                                                  const TableName& table);
void read_postgresql(const std::string& url, const std::function<void(LedgerReader&)>& read);
void browse_postgresql(const std::string& url, const std::function<void(LedgerBrowser&)>& browse,
                       std::optional<std::chrono::steady_clock::time_point> until);
[[nodiscard]] std::unique_ptr<LedgerEditor> edit_postgresql(const std::string& url);

// As ledger_summary.hpp describes them.
[[nodiscard]] std::optional<FrequentReasons> frequent_reasons_of_postgresql(const std::string& url,
                                                                            const RunOutcomes& run);
[[nodiscard]] std::optional<std::uint64_t> acquired_count_of_postgresql(const std::string& url,
                                                                        std::string_view source);
[[nodiscard]] std::optional<std::uint64_t> waiting_count_of_postgresql(const std::string& url,
                                                                       std::string_view source,
                                                                       std::uint64_t most);

}  // namespace pipeline
