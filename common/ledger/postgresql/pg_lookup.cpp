// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/pg_lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include "common/ledger/ledger_id.hpp"
#include "common/ledger/postgresql/schema/pg_key.hpp"
#include "common/ledger/postgresql/schema/pg_schema.hpp"

namespace pipeline {
namespace {

// The answers of find(), the newest outcome of the position first: its row, what is left of a pruned one, and
// its row among the duplicates.
constexpr const char* kFind =
    "SELECT status, stored_at FROM (SELECT 1 AS rank, status, stored_at, 0::bigint AS number FROM invoices"
    " WHERE key = $1 AND source = $2 AND position = $3"
    " UNION ALL SELECT 2, status, 0, number FROM pruned WHERE key = $1 AND source = $2 AND position = $3"
    " AND status <> 'replaced'"
    " UNION ALL SELECT 3, 'duplicate', 0, 0 FROM duplicates WHERE key = $1 AND source = $2 AND position = $3)"
    " AS found ORDER BY rank, number DESC LIMIT 1";

constexpr const char* kBooked =
    "SELECT EXISTS(SELECT 1 FROM invoices WHERE key = asked.key AND status = 'booked') OR"
    " EXISTS(SELECT 1 FROM pruned WHERE key = asked.key AND status = 'booked')"
    " FROM unnest($1) WITH ORDINALITY AS asked(key, place) ORDER BY place";

constexpr const char* kKnown =
    "SELECT EXISTS(SELECT 1 FROM invoices WHERE key = asked.key AND"
    " (status = 'booked' OR (source = $3 AND position = asked.position))) OR"
    " EXISTS(SELECT 1 FROM history WHERE key = asked.key AND source = $3 AND position = asked.position) OR"
    " EXISTS(SELECT 1 FROM pruned WHERE key = asked.key AND"
    " (status = 'booked' OR (source = $3 AND position = asked.position)))"
    " FROM unnest($1, $2) WITH ORDINALITY AS asked(key, position, place) ORDER BY place";

class PgLookup final : public LedgerLookup {
    template <class Action>
    auto attempt(Action&& action) {
        try {
            if (database_ != nullptr && !database_->is_open()) database_.reset();
            if (database_ == nullptr)
                database_ = std::make_unique<PgConnection>(log_in(url_, false, known_).database);
            return action(*database_);
        } catch (const std::exception& error) {
            database_.reset();
            throw LedgerUnavailable(fmt::format("ledger {}: {}", url_, error.what()));
        }
    }

  public:
    PgLookup(std::string url, std::string source, const KnownLedger& known)
        : url_(std::move(url)), source_(std::move(source)), known_(known) {}

    [[nodiscard]] bool remembers() const noexcept override { return true; }

    bool knows_source() override {
        return attempt([&](PgConnection& database) {
            return database
                .run("SELECT EXISTS(SELECT 1 FROM generations WHERE source = $1)",
                     PgParameters().add(std::string_view(source_)))
                .boolean(0, 0);
        });
    }

    std::optional<Answer> find(std::string_view id, const FileIdentity& file) override {
        return attempt([&](PgConnection& database) {
            const std::string key = pg_key(stored_id(id));
            const PgResult found = database.run(kFind, PgParameters()
                                                           .add(std::string_view(key))
                                                           .add(std::string_view(source_))
                                                           .add(file.position()));
            if (found.rows() == 0) return std::optional<Answer>();
            const std::string_view status = found.text(0, 0);
            const auto outcome = status == "duplicate" ? Outcome::Duplicate : parse_outcome(status);
            return std::optional(Answer{outcome, false, found.integer(0, 1)});
        });
    }

    void find_booked(std::span<const std::string_view> ids, std::span<bool> booked) override {
        PgArray keys = keys_of(ids);
        answer(kBooked, PgParameters().add(keys), booked);
    }

    void find_known(std::span<const std::string_view> ids, std::span<const std::uint64_t> positions,
                    std::span<bool> known) override {
        PgArray keys = keys_of(ids);
        PgArray numbers(PgArray::Type::Integer);
        for (const std::uint64_t position : positions.first(ids.size()))
            numbers.add(static_cast<std::int64_t>(position));
        answer(kKnown, PgParameters().add(keys).add(numbers).add(std::string_view(source_)), known);
    }

    void close() noexcept override { database_.reset(); }

  private:
    static PgArray keys_of(std::span<const std::string_view> ids) {
        PgArray keys(PgArray::Type::Text);
        for (const std::string_view id : ids) keys.add(std::string_view(pg_key(stored_id(id))));
        return keys;
    }

    void answer(const char* sql, const PgParameters& parameters, std::span<bool> answers) {
        attempt([&](PgConnection& database) {
            const PgResult found = database.run(sql, parameters);
            for (int row = 0; row < found.rows(); ++row)
                answers[static_cast<std::size_t>(row)] = found.boolean(row, 0);
            return true;
        });
    }

    std::string url_;
    std::string source_;
    KnownLedger known_;
    std::unique_ptr<PgConnection> database_;
};

}  // namespace

std::unique_ptr<LedgerLookup> make_pg_lookup(std::string url, std::string source, const KnownLedger& known) {
    return std::make_unique<PgLookup>(std::move(url), std::move(source), known);
}

}  // namespace pipeline
