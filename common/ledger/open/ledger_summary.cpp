// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/open/ledger_summary.hpp"

#include "common/ledger/open/postgresql_ledgers.hpp"
#include "common/ledger/sqlite/summary/acquired_count.hpp"
#include "common/ledger/sqlite/summary/frequent_reasons.hpp"

namespace pipeline {

std::optional<FrequentReasons> frequent_reasons(const LedgerSpec& spec, const RunOutcomes& run) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return read_frequent_reasons(spec.path, run);
        case LedgerSpec::Kind::Postgresql:
            return frequent_reasons_of_postgresql(spec.url, run);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> acquired_count(const LedgerSpec& spec, std::string_view source) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return read_acquired_count(spec.path, source);
        case LedgerSpec::Kind::Postgresql:
            return acquired_count_of_postgresql(spec.url, source);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> waiting_count(const LedgerSpec& spec, std::string_view source,
                                           std::uint64_t most) {
    switch (spec.kind) {
        case LedgerSpec::Kind::Sqlite:
            return read_waiting_count(spec.path, source, most);
        case LedgerSpec::Kind::Postgresql:
            return waiting_count_of_postgresql(spec.url, source, most);
        case LedgerSpec::Kind::None:
            break;
    }
    return std::nullopt;
}

}  // namespace pipeline
