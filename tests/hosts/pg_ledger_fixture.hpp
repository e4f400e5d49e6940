// SPDX-License-Identifier: Apache-2.0
// A ledger in a schema of its own, written by hand: rows and the links that seal them.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"
#include "common/ledger/seal/commit_link.hpp"
#include "common/ledger/seal/sealed_columns.hpp"
#include "common/ledger/seal/value_digest.hpp"
#include "tests/support/postgres_server.hpp"

namespace pipeline::test {

// An outcome as a pipeline would write it.
struct WrittenRow {
    std::string id;
    std::uint64_t position = 1;
    std::string status = "booked";
    std::string reason{};
    std::string table = "invoices";
};

class PgLedgerFixture {
  public:
    PgLedgerFixture() : url_(make_schema()), database_(url_) { make_pg_schema(database_); }

    [[nodiscard]] const std::string& url() const noexcept { return url_; }
    [[nodiscard]] PgConnection& database() noexcept { return database_; }
    void change(const std::string& sql) { database_.run(sql); }
    // The value of an expression or of a query in brackets, as a text.
    [[nodiscard]] std::string ask(const std::string& expression) {
        return std::string(database_.run(fmt::format("SELECT ({})::text", expression)).text(0, 0));
    }

    // Writes rows in one commit of the generation, which is of the source, at the next microsecond.
    void commit(std::uint64_t generation, const std::string& source, const std::vector<WrittenRow>& rows) {
        Chain& chain = chains_[generation];
        SealedCommit link;
        link.generation = generation;
        link.first = chain.recorded;
        link.recorded = chain.recorded + rows.size();
        link.changed = rows.size();
        link.stored_at_us = ++now_us_;
        RowsDigest sealed;
        for (std::size_t i = 0; i < rows.size(); ++i)
            sealed.add(write(generation, source, rows[i], link.first + i));
        link.digest = sealed.finish();
        database_.run(
            "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at, host)"
            " VALUES($1, $2, $3, $3, $4, $4, 'here') ON CONFLICT (generation) DO UPDATE SET"
            " recorded = excluded.recorded, added = excluded.added, updated_at = excluded.updated_at",
            PgParameters()
                .add(generation)
                .add(std::string_view(source))
                .add(link.recorded)
                .add(link.stored_at_us));
        append(chain, link);
    }

    // Plain rows that no link has sealed: their ids are PREFIX1, PREFIX2 ..., and three share a time.
    void add_many(const std::string& prefix, const std::string& status, int count) {
        change(
            fmt::format("INSERT INTO invoices(key, id, source, position, status, attempts, consumer,"
                        " acquired_at, stored_at) SELECT '{0}' || i, '{0}' || i, 'lines:/in', i, '{1}', 1, 0,"
                        " 1, i / 3 FROM generate_series(1, {2}) AS i",
                        prefix, status, count));
    }
    // A plain row that was stored at a time.
    void add(const std::string& id, const std::string& status, std::int64_t stored_us,
             const std::string& reason = {}) {
        change(
            fmt::format("INSERT INTO invoices(key, id, source, position, status, reason, attempts,"
                        " consumer, acquired_at, stored_at) VALUES('{0}', '{0}', 'lines:/in', {1}, '{2}',"
                        " nullif('{3}', ''), 1, 0, 1, {1})",
                        id, stored_us, status, reason));
    }

  private:
    struct Chain {
        std::uint64_t number = 0;
        std::uint64_t recorded = 0;
        std::int64_t stored_at_us = 0;
        Digest head{};
        std::uint64_t taken = 0;
    };

    // All of them lie in one database: to make one takes longer than most tests.
    static std::string make_schema() {
        static const std::string database = postgres_server()->make_database("ledgers");
        static std::atomic<int> number{0};
        const std::string name = fmt::format("ledger{}", ++number);
        PgConnection(database).run("CREATE SCHEMA " + name);
        return fmt::format("{}?options=-csearch_path%3D{}", database, name);
    }

    // The digest is made here value by value, not by the code that is tested.
    Digest write(std::uint64_t generation, const std::string& source, const WrittenRow& row,
                 std::uint64_t record) {
        ValueDigest values;
        const bool is_duplicate = row.table == "duplicates";
        values.add(sealed_tag("source"), source);
        if (!is_duplicate) values.add(sealed_tag("stored_at"), now_us_);
        values.add(sealed_tag("generation"), static_cast<std::int64_t>(generation));
        values.add(sealed_tag("id"), row.id);
        values.add(sealed_tag("position"), static_cast<std::int64_t>(row.position));
        if (is_duplicate) {
            values.add(sealed_tag("record"), static_cast<std::int64_t>(record));
            values.add(sealed_tag("seen_at"), now_us_);
            database_.run(
                "INSERT INTO duplicates(key, id, source, position, generation, record, seen_at)"
                " VALUES($1, $2, $3, $4, $5, $6, $7)",
                PgParameters()
                    .add(std::string_view(keys_.emplace_back(pg_key(row.id))))
                    .add(std::string_view(row.id))
                    .add(std::string_view(source))
                    .add(row.position)
                    .add(generation)
                    .add(record)
                    .add(now_us_));
            return values.finish();
        }
        values.add(sealed_tag("status"), row.status);
        values.add(sealed_tag("attempts"), std::int64_t{1});
        values.add(sealed_tag("consumer"), std::int64_t{2});
        values.add(sealed_tag("acquired_at"), std::int64_t{3});
        values.add(sealed_tag("record"), static_cast<std::int64_t>(record));
        values.add(sealed_tag("gross"), std::int64_t{150});
        if (!row.reason.empty()) values.add(sealed_tag("reason"), row.reason);
        PgParameters parameters;
        parameters.add(std::string_view(keys_.emplace_back(pg_key(row.id))))
            .add(std::string_view(row.id))
            .add(std::string_view(source))
            .add(row.position)
            .add(std::string_view(row.status))
            .add(generation)
            .add(record)
            .add(now_us_);
        if (row.reason.empty()) {
            parameters.add_null_text();
        } else {
            parameters.add(std::string_view(row.reason));
        }
        database_.run(fmt::format("INSERT INTO {}(key, id, source, position, status, attempts, consumer,"
                                  " acquired_at, gross, generation, record, stored_at, reason)"
                                  " VALUES($1, $2, $3, $4, $5, 1, 2, 3, 150, $6, $7, $8, $9)",
                                  row.table),
                      parameters);
        return values.finish();
    }

    void append(Chain& chain, const SealedCommit& link) {
        std::string heads;
        if (chain.number == 0) {
            for (auto& [generation, other] : chains_) {
                if (generation == link.generation || other.number == other.taken) continue;
                append_head(heads,
                            {generation, other.number, other.recorded, other.stored_at_us, other.head});
                other.taken = other.number;
                database_.run("UPDATE generations SET taken = $2 WHERE generation = $1",
                              PgParameters().add(generation).add(other.number));
            }
        }
        chain.head = head_of(link, ++chain.number, heads, chain.head);
        chain.recorded = link.recorded;
        chain.stored_at_us = link.stored_at_us;
        const auto bytes = [](const Digest& digest) {
            return std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
        };
        PgParameters parameters;
        parameters.add(link.generation)
            .add(chain.number)
            .add(to_text(link.kind))
            .add(link.first)
            .add(link.recorded)
            .add(link.changed)
            .add(link.stored_at_us)
            .add_bytes(bytes(link.digest));
        if (heads.empty()) {
            parameters.add_null_bytes();
        } else {
            parameters.add_bytes(heads);
        }
        parameters.add_bytes(bytes(chain.head));
        database_.run(
            "INSERT INTO commits(generation, number, kind, first, recorded, changed, stored_at, digest,"
            " heads, head) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            parameters);
    }

    std::string url_;
    PgConnection database_;
    std::map<std::uint64_t, Chain> chains_;
    std::deque<std::string> keys_;
    std::int64_t now_us_ = 1'000;
};

}  // namespace pipeline::test
