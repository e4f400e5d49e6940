// SPDX-License-Identifier: Apache-2.0
// For a build without libpq.
#include <fmt/format.h>

#include "common/base/error.hpp"
#include "common/ledger/open/postgresql_ledgers.hpp"

namespace pipeline {
namespace {

[[noreturn]] void refuse(const std::string& url) {
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: this program was built without PostgreSQL; build it with libpq "
                              "(package libpq-dev), or use a ledger in a file, sqlite:FILE",
                              url));
}

}  // namespace

std::unique_ptr<Ledger> open_postgresql(const std::string& url) {
    refuse(url);
}

std::unique_ptr<Ledger> open_known_postgresql(const std::string& url, const KnownLedger& /*known*/) {
    refuse(url);
}

std::unique_ptr<Ledger> share_postgresql(const std::string& url) {
    refuse(url);
}

std::unique_ptr<LedgerLookup> look_up_postgresql(const std::string& url, const std::string& /*source*/,
                                                 const KnownLedger& /*known*/) {
    refuse(url);
}

std::unique_ptr<LedgerTaker> take_from_postgresql(const std::string& url, const TakerScope& /*scope*/,
                                                  const std::function<KnownLedger()>& /*known*/) {
    refuse(url);
}

std::unique_ptr<WorkTable> work_table_of_postgresql(const std::string& url, const TableName& /*table*/) {
    refuse(url);
}

void read_postgresql(const std::string& url, const std::function<void(LedgerReader&)>& /*read*/) {
    refuse(url);
}

void browse_postgresql(const std::string& url, const std::function<void(LedgerBrowser&)>& /*browse*/,
                       std::optional<std::chrono::steady_clock::time_point> /*until*/) {
    refuse(url);
}

std::unique_ptr<LedgerEditor> edit_postgresql(const std::string& url) {
    refuse(url);
}

std::optional<FrequentReasons> frequent_reasons_of_postgresql(const std::string& /*url*/,
                                                              const RunOutcomes& /*run*/) {
    return std::nullopt;
}

std::optional<std::uint64_t> acquired_count_of_postgresql(const std::string& /*url*/,
                                                          std::string_view /*source*/) {
    return std::nullopt;
}

std::optional<std::uint64_t> waiting_count_of_postgresql(const std::string& /*url*/,
                                                         std::string_view /*source*/,
                                                         std::uint64_t /*most*/) {
    return std::nullopt;
}

}  // namespace pipeline
