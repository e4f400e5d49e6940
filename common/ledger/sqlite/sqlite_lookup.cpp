// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/sqlite_lookup.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "common/base/printable.hpp"
#include "common/ledger/ledger_id.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"

namespace pipeline {
namespace {

std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

struct Session {
    Session(const std::filesystem::path& path, const KnownLedger& known)
        : database(open_ledger_database(path, false, known).database),
          source(database, "SELECT 1 FROM sources WHERE source = ?1"),
          row(database,
              "SELECT source, position, status, acquired_at, stored_at FROM invoices WHERE id = ?1"),
          booked(database,
                 "SELECT 1 FROM invoices WHERE id = ?1 AND status = 'booked' UNION ALL"
                 " SELECT 1 FROM pruned WHERE id = ?1 AND status = 'booked'"),
          pruned(database,
                 "SELECT status FROM pruned WHERE id = ?3 AND source = ?1 AND position = ?2"
                 " AND status <> 'replaced' ORDER BY rowid DESC LIMIT 1"),
          recognised(database,
                     "SELECT 1 FROM invoices WHERE id = ?1 AND (status = 'booked' OR (source = ?2 AND "
                     "position = ?3))"
                     " UNION ALL SELECT 1 FROM history WHERE id = ?1 AND source = ?2 AND position = ?3"
                     " UNION ALL"
                     " SELECT 1 FROM pruned WHERE id = ?1 AND (status = 'booked' OR (source = ?2 AND "
                     "position = ?3))"),
          duplicate(database,
                    "SELECT seen_at FROM duplicates WHERE source = ?1 AND position = ?2 AND id = ?3") {
        database.execute("PRAGMA query_only = 1");
    }
    SqliteConnection database;  // declared before its statements, so that they are destroyed first
    SqliteStatement source, row, booked, pruned, recognised, duplicate;
};

class SqliteLookup final : public LedgerLookup {
    template <class Action>
    auto attempt(Action&& action) {
        try {
            if (session_ == nullptr) session_ = std::make_unique<Session>(path_, known_);
            return action(*session_);
        } catch (const std::exception& error) {
            session_.reset();
            throw LedgerUnavailable(fmt::format("ledger {}: {}", path_.string(), error.what()));
        }
    }

  public:
    SqliteLookup(std::filesystem::path path, std::string source, const KnownLedger& known)
        : path_(std::move(path)), source_(std::move(source)), known_(known) {}

    [[nodiscard]] bool remembers() const noexcept override { return true; }

    bool knows_source() override {
        return attempt([&](Session& session) {
            session.source.bind(1, source_);
            const bool known = session.source.first_row();
            session.source.finish();
            return known;
        });
    }

    std::optional<Answer> find(std::string_view id, const FileIdentity& file) override {
        return attempt([&](Session& session) { return find(session, id, file); });
    }

    void find_booked(std::span<const std::string_view> ids, std::span<bool> booked) override {
        attempt([&](Session& session) {
            session.database.execute("BEGIN");
            for (std::size_t i = 0; i < ids.size(); ++i) booked[i] = is_booked(session, ids[i]);
            session.database.execute("COMMIT");
            return true;
        });
    }

    void find_known(std::span<const std::string_view> ids, std::span<const std::uint64_t> positions,
                    std::span<bool> known) override {
        attempt([&](Session& session) {
            session.database.execute("BEGIN");
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const std::string shown = is_plain_id(ids[i]) ? std::string() : printable(ids[i]);
                session.recognised.bind(1, shown.empty() ? ids[i] : std::string_view(shown));
                session.recognised.bind(2, source_);
                session.recognised.bind(3, stored(positions[i]));
                known[i] = session.recognised.first_row();
                session.recognised.finish();
            }
            session.database.execute("COMMIT");
            return true;
        });
    }

    void close() noexcept override { session_.reset(); }

  private:
    static bool is_booked(Session& session, std::string_view id) {
        const std::string shown = is_plain_id(id) ? std::string() : printable(id);
        session.booked.bind(1, shown.empty() ? id : std::string_view(shown));
        const bool is_there = session.booked.first_row();
        session.booked.finish();
        return is_there;
    }

    // Asks for the id as it is stored, and then under the forms in which version 0.1.0 may have stored it.
    std::optional<Answer> find(Session& session, std::string_view id, const FileIdentity& file) const {
        if (is_plain_id(id)) return find_text(session, id, file);
        if (auto answer = find_text(session, printable(id), file)) return answer;
        for (const FormerId& former : former_ids(id, file.position())) {
            if (auto answer = find_text(session, former.text, file)) return answer;
        }
        // It may be a duplicate of a row with a former form, and itself have the form of this version.
        return find_duplicate(session, printable(id), file);
    }

    std::optional<Answer> find_text(Session& session, std::string_view id, const FileIdentity& file) const {
        session.row.bind(1, id);
        if (!session.row.first_row()) return find_pruned(session, id, file);
        std::optional<Answer> answer;
        const std::int64_t position = session.row.integer(1);
        if (session.row.text(0) == source_) {
            const auto acquired_us = static_cast<std::uint64_t>(session.row.integer(3));
            const bool by_inode = position == stored(file.inode) && acquired_us >= file.birth_ns / 1000;
            if (position == stored(file.position())) {
                answer = Answer{parse_outcome(session.row.text(2)), false, session.row.integer(4)};
            } else if (by_inode) {
                answer = Answer{parse_outcome(session.row.text(2)), true, session.row.integer(4)};
            }
        }
        session.row.finish();
        // If there is no answer, the id's row belongs to another file: see whether this file was a duplicate.
        if (!answer) answer = find_pruned(session, id, file);
        return answer ? answer : find_duplicate(session, id, file);
    }

    // The rest of a pruned row does not tell when that was stored: 0 is before every change of the file.
    [[nodiscard]] std::optional<Answer> find_pruned(Session& session, std::string_view id,
                                                    const FileIdentity& file) const {
        session.pruned.bind(1, source_);
        session.pruned.bind(2, stored(file.position()));
        session.pruned.bind(3, id);
        if (!session.pruned.first_row()) return std::nullopt;
        const std::string_view status = session.pruned.text(0);
        const Answer answer{status == "duplicate" ? Outcome::Duplicate : parse_outcome(status)};
        session.pruned.finish();
        return answer;
    }

    [[nodiscard]] std::optional<Answer> find_duplicate(Session& session, std::string_view id,
                                                       const FileIdentity& file) const {
        if (seen_at(session, id, file.position())) return Answer{Outcome::Duplicate, false};
        const auto seen_us = seen_at(session, id, file.inode);
        if (seen_us && *seen_us >= file.birth_ns / 1000) return Answer{Outcome::Duplicate, true};
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::uint64_t> seen_at(Session& session, std::string_view id,
                                                       std::uint64_t position) const {
        session.duplicate.bind(1, source_);
        session.duplicate.bind(2, stored(position));
        session.duplicate.bind(3, id);
        if (!session.duplicate.first_row()) return std::nullopt;
        const auto seen_us = static_cast<std::uint64_t>(session.duplicate.integer(0));
        session.duplicate.finish();
        return seen_us;
    }

    std::filesystem::path path_;
    std::string source_;
    KnownLedger known_;
    std::unique_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<LedgerLookup> make_sqlite_lookup(std::filesystem::path path, std::string source,
                                                 const KnownLedger& known) {
    return std::make_unique<SqliteLookup>(std::move(path), std::move(source), known);
}

}  // namespace pipeline
