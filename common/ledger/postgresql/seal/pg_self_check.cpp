// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_self_check.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"

namespace pipeline {
namespace {

struct CheckedIndex {
    std::string_view name;
    std::string_view table;
    std::string_view order;      // the index has its rows in this order
    std::string_view condition;  // the index has the rows for which this holds
};

constexpr std::string_view kAll = "true";
constexpr std::array<CheckedIndex, 15> kIndices{{
    {"invoices_pkey", "invoices", "key", kAll},
    {"invoices_stored", "invoices", "stored_at", kAll},
    {"invoices_not_booked", "invoices", "status, stored_at, row",
     "status IN ('rejected', 'failed', 'waiting')"},
    {"invoices_due", "invoices", "source, due_at", "due_at IS NOT NULL"},
    {"invoices_file", "invoices", "file_digest", "file_digest IS NOT NULL AND status = 'booked'"},
    {"history_key", "history", "key", kAll},
    {"history_stored", "history", "stored_at", kAll},
    {"duplicates_pkey", "duplicates", "key, source, position", kAll},
    {"pruned_pkey", "pruned", "number", kAll},
    {"pruned_key", "pruned", "key", kAll},
    {"bodies_pkey", "bodies", "key", kAll},
    {"sources_pkey", "sources", "source", kAll},
    {"generations_pkey", "generations", "generation", kAll},
    {"generations_source", "generations", "source", kAll},
    {"commits_pkey", "commits", "generation, number", kAll},
}};

class PgSelfCheck {
  public:
    PgSelfCheck(PgConnection& database, std::size_t most) : database_(&database), most_(most) {}

    SelfCheck check() {
        for (const CheckedIndex& index : kIndices) check_index(index);
        add_ids(
            "SELECT id FROM duplicates AS other WHERE NOT EXISTS (SELECT 1 FROM invoices WHERE key ="
            " other.key) AND NOT EXISTS (SELECT 1 FROM pruned WHERE key = other.key)",
            "is in duplicates, and has no row");
        add_ids(
            "SELECT id FROM bodies AS other WHERE NOT EXISTS (SELECT 1 FROM invoices WHERE key = other.key)",
            "has a body, and no row");
        for (const char* table : {"invoices", "history", "duplicates", "pruned", "bodies"}) check_keys(table);
        if (check_.faults.empty()) check_.proof = "indices, keys and rows of the ledger agree";
        return std::move(check_);
    }

  private:
    [[nodiscard]] bool is_full() const noexcept { return check_.faults.size() >= most_; }
    void add(std::string fault) {
        if (!is_full()) check_.faults.push_back(std::move(fault));
    }

    // The planner must not choose: one count reads the table alone, the other one the index, whose order it
    // needs.
    void check_index(const CheckedIndex& index) {
        if (is_full()) return;
        const std::uint64_t in_table =
            count(false, fmt::format("SELECT count(*) FROM {} WHERE {}", index.table, index.condition));
        const std::uint64_t in_index =
            count(true, fmt::format("SELECT count(*) FROM (SELECT {2} FROM {0} WHERE {1} ORDER BY {2} OFFSET"
                                    " 0) AS ordered",
                                    index.table, index.condition, index.order));
        if (in_index == in_table) return;
        add(fmt::format("the index {} finds {} of the {} that belong to it: REINDEX INDEX {}", index.name,
                        in_index, counted(in_table, "row"), index.name));
    }

    std::uint64_t count(bool by_index, const std::string& sql) {
        const char* const index = by_index ? "on" : "off";
        const char* const table = by_index ? "off" : "on";
        database_->send(fmt::format(
            "SELECT set_config('enable_indexscan', '{0}', true), set_config('enable_indexonlyscan', '{0}',"
            " true), set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', '{1}', true),"
            " set_config('enable_sort', '{1}', true)",
            index, table));
        database_->send(sql);
        database_->send(
            "SELECT set_config('enable_indexscan', 'on', true), set_config('enable_indexonlyscan', 'on',"
            " true), set_config('enable_bitmapscan', 'on', true), set_config('enable_seqscan', 'on', true),"
            " set_config('enable_sort', 'on', true)");
        const auto results = database_->finish();
        return static_cast<std::uint64_t>(results[1].integer(0, 0));
    }

    // Adds a fault for each id that `select` finds: "'ID' WHAT".
    void add_ids(const std::string& select, std::string_view what) {
        if (is_full()) return;
        database_->for_each(select, {}, [&](const PgResult& rows, int row) {
            add(fmt::format("'{}' {}", printable(rows.text(row, 0)), what));
            return !is_full();
        });
    }

    // An id that is not too long is its own key; the server finds the others, which are few.
    void check_keys(const char* table) {
        if (is_full()) return;
        database_->for_each(fmt::format("SELECT key, id FROM {} WHERE key <> id OR octet_length(id) > {}",
                                        table, kMaxIdAsKey),
                            {}, [&](const PgResult& rows, int row) {
                                if (rows.text(row, 0) != pg_key(rows.text(row, 1)))
                                    add(fmt::format("'{}' has a key in {} that is not its own",
                                                    printable(rows.text(row, 1)), table));
                                return !is_full();
                            });
    }

    PgConnection* database_;
    std::size_t most_;
    SelfCheck check_;
};

}  // namespace

SelfCheck check_pg_tables(PgConnection& database, std::size_t most) {
    return PgSelfCheck(database, most).check();
}

}  // namespace pipeline
