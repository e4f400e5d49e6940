// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/sqlite_lookup.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "common/base/printable.hpp"
#include "common/ledger/ledger_id.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/engine/transaction_start.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"
#include "common/ledger/sqlite/rows/pruned_ids.hpp"

namespace pipeline {
namespace {

std::int64_t stored(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>(value);
}

struct Session {
    Session(const std::filesystem::path& path, const KnownLedger& known)
        : database(open_ledger_database(path, false, known).database),
          begin(database, "BEGIN"),
          commit(database, "COMMIT"),
          source(database, "SELECT 1 FROM sources WHERE source = ?1"),
          row(database,
              "SELECT source, position, status, acquired_at, stored_at FROM invoices WHERE serial = ?1"),
          pruned(database,
                 "SELECT status FROM pruned WHERE id = ?3 AND source = ?1 AND position = ?2"
                 " AND status <> 'replaced' ORDER BY rowid DESC LIMIT 1"),
          former(database, "SELECT 1 FROM history WHERE id = ?1 AND source = ?2 AND position = ?3 LIMIT 1"),
          duplicate(database,
                    "SELECT seen_at FROM duplicates WHERE source = ?1 AND position = ?2 AND id = ?3"),
          ids(database, IdSlices::Filters::Shared),
          pruned_ids(database) {
        database.execute("PRAGMA query_only = 1");
    }
    SqliteConnection database;  // declared before its statements, so that they are destroyed first
    TransactionStart begin;
    SqliteStatement commit, source, row, pruned, former, duplicate;
    IdSlices ids;
    PrunedIds pruned_ids;
};

// One snapshot for all questions of a call. If a question fails, the session is closed.
template <class Action>
auto in_snapshot(Session& session, Action&& action) {
    session.begin.run();
    session.ids.begin();
    session.pruned_ids.begin();
    const auto answer = action();
    session.commit.run();
    return answer;
}

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
        return attempt(
            [&](Session& session) { return in_snapshot(session, [&] { return find(session, id, file); }); });
    }

    void find_booked(std::span<const std::string_view> ids, std::span<bool> booked) override {
        attempt([&](Session& session) {
            return in_snapshot(session, [&] {
                for (std::size_t i = 0; i < ids.size(); ++i)
                    booked[i] = is_known(session, ids[i], std::nullopt);
                return true;
            });
        });
    }

    void find_known(std::span<const std::string_view> ids, std::span<const std::uint64_t> positions,
                    std::span<bool> known) override {
        attempt([&](Session& session) {
            return in_snapshot(session, [&] {
                for (std::size_t i = 0; i < ids.size(); ++i)
                    known[i] = is_known(session, ids[i], positions[i]);
                return true;
            });
        });
    }

    void close() noexcept override { session_.reset(); }

  private:
    // True if the id is booked, or if it has an outcome from `position` of this source.
    bool is_known(Session& session, std::string_view id, std::optional<std::uint64_t> position) const {
        const std::string shown = is_plain_id(id) ? std::string() : printable(id);
        const std::string_view stored_id = shown.empty() ? id : std::string_view(shown);
        const auto serial = session.ids.find(stored_id);
        if (serial && has_outcome(session, *serial, position)) return true;
        const bool may_be_pruned = session.pruned_ids.may_have(stored_id);
        if (may_be_pruned) {
            const PrunedAnswer pruned = session.pruned_ids.find(stored_id, source_, position.value_or(0));
            if (pruned.is_booked || (position && pruned.same != PrunedAnswer::Same::None)) return true;
        }
        // An outcome that was replaced is followed by another one.
        if (!position || (!serial && !may_be_pruned)) return false;
        session.former.bind(1, stored_id);
        session.former.bind(2, source_);
        session.former.bind(3, stored(*position));
        const bool is_former = session.former.first_row();
        session.former.finish();
        return is_former;
    }

    bool has_outcome(Session& session, std::int64_t serial, std::optional<std::uint64_t> position) const {
        session.row.bind(1, serial);
        if (!session.row.first_row()) return false;
        const bool is_here =
            position && session.row.text(0) == source_ && session.row.integer(1) == stored(*position);
        const bool has = is_here || session.row.text(2) == "booked";
        session.row.finish();
        return has;
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
        const auto serial = session.ids.find(id);
        if (!serial) return find_pruned(session, id, file);
        session.row.bind(1, *serial);
        if (!session.row.first_row()) return std::nullopt;
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
