// SPDX-License-Identifier: Apache-2.0
// A ledger with a random honest history: two pipelines that take turns, outcomes of every kind, invoices that
// come again and are given again, commits that are repeated, and what people do with clerk.
#pragma once

#include <fmt/format.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/ledger/sqlite/people/sqlite_editor.hpp"
#include "common/ledger/sqlite/seal/seal_check.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/ledger_fixture.hpp"

namespace pipeline::test {

// Watches a prune and does nothing.
class NoPruneWatcher final : public PruneWatcher {
  public:
    void will_remove(std::string_view /*table*/, const LedgerRow& /*row*/) override {}
    void about_to_remove() override {}
    void removed(std::span<const Removed> /*rows*/, std::uint64_t /*so_far*/) override {}
};

// The faults that a deep check finds, as one text.
[[nodiscard]] inline std::string faults_of(const std::filesystem::path& ledger,
                                           const std::optional<Digest>& head = std::nullopt) {
    SqliteConnection database(ledger, false, std::chrono::seconds(5));
    database.execute("BEGIN");
    std::string text;
    for (const std::string& fault : check_seal(database, 5, head).faults) text += fault + "\n";
    return text;
}

class HonestLedger {
  public:
    explicit HonestLedger(std::uint64_t seed) : random_(seed) { static_cast<void>(SqliteLedger(path())); }

    [[nodiscard]] std::filesystem::path path() const { return folder_.ledger(); }
    [[nodiscard]] std::uint64_t pick(std::uint64_t below) { return random_() % below; }

    // One random thing that may happen to a ledger.
    void live() {
        switch (pick(14)) {
            case 0:
                pipelines_[pick(2)].begin_anew();
                break;
            case 1: {
                const std::array<std::string, 2> ids{id(), id()};
                static_cast<void>(make_sqlite_editor(path())->cancel(ids));
                break;
            }
            case 2: {
                const std::array<std::string, 2> ids{id(), id()};
                static_cast<void>(make_sqlite_editor(path())->retry(ids));
                break;
            }
            case 3:
                prune();
                break;
            case 4:
                change(path(),
                       "UPDATE invoices SET round = round + 1, due_at = 1, leased_until = 1 WHERE"
                       " status = 'waiting'");
                break;
            case 5:
                change(path(), "VACUUM");
                break;
            default:
                commit(pipelines_[pick(2)]);
        }
    }
    void prune() {
        NoPruneWatcher nobody;
        const std::string oldest = ask(path(), "SELECT coalesce(min(stored_at), 0) FROM invoices");
        const std::string newest = ask(path(), "SELECT coalesce(max(stored_at), 0) FROM invoices");
        const std::int64_t span = std::stoll(newest) - std::stoll(oldest) + 2;
        const auto before =
            std::stoll(oldest) + static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(span)));
        make_sqlite_editor(path())->prune(before, nobody);
    }
    // Every outcome counts once.
    [[nodiscard]] std::string imbalance() const {
        return ask(
            path(),
            "SELECT (SELECT coalesce(sum(acquired), 0) FROM sources) - (SELECT count(*) FROM invoices) -"
            " (SELECT count(*) FROM history) - (SELECT count(*) FROM duplicates) -"
            " (SELECT count(*) FROM pruned)");
    }

  private:
    struct Pipeline {
        std::string source;
        std::uint64_t generation = context("").generation;
        std::uint64_t recorded = 0;
        void begin_anew() {
            generation = context("").generation;
            recorded = 0;
        }
    };

    [[nodiscard]] std::string id() { return "i" + std::to_string(pick(60)); }

    void add_random(Batch& batch, std::string& taken) {
        const std::string name = id();
        constexpr std::array kStatuses{Status::Booked, Status::Booked, Status::Failed, Status::Rejected,
                                       Status::Waiting};
        const Status status = kStatuses[pick(kStatuses.size())];
        const bool is_again = pick(4) == 0;
        if (is_again && taken.find(name + ";") != std::string::npos) return;
        taken += name + ";";
        Record& record = batch.add(name, pick(3) + 1, status);
        const std::string round =
            is_again ? ask(path(), "SELECT round FROM invoices WHERE due_at NOT NULL AND id = '" + name + "'")
                     : "";
        if (status == Status::Waiting || !round.empty() || pick(3) == 0) {
            record.parts |= Record::kHasAttempt;
            record.attempt = Attempt();
            record.attempt.started_us = pick(2) * 1'700'000'000'000'000;
            record.attempt.retry_after_us = 60'000'000;
            record.attempt.failures = static_cast<std::uint8_t>(pick(2));
            record.attempt.first_failed_us = pick(2) * 17;
        }
        if (!round.empty()) {
            record.attempt.flags = Attempt::kGivenAgain;
            record.attempt.round =
                static_cast<std::uint32_t>(std::stoul(round) - pick(2) * (round != "0" ? 1 : 0));
        }
        if (pick(3) != 0) return;
        const auto parts = record.parts;
        Details& details = batch.details();
        record.parts |= parts;
        details.set_amount(Details::Gross, static_cast<std::int64_t>(pick(100'000)));
        details.set_reason("reason " + std::to_string(pick(3)));
    }

    void commit(Pipeline& pipeline) {
        Batch batch;
        std::string taken;
        const std::uint64_t size = 1 + pick(pick(3) == 0 ? 80 : 8);
        for (std::uint64_t i = 0; i < size; ++i) add_random(batch, taken);
        const RecordRange records = batch.range_from(pipeline.recorded);
        if (records.size() == 0) return;
        CommitContext with = context(pipeline.source);
        with.generation = pipeline.generation;
        SqliteLedger ledger(path());
        ledger.commit(records, with);
        if (pick(4) == 0) ledger.commit(records, with);  // its leader was killed, and the next one repeats it
        pipeline.recorded = records.end();
    }

    LedgerFolder folder_;
    std::mt19937_64 random_;
    std::array<Pipeline, 2> pipelines_{Pipeline{"lines:/a"}, Pipeline{"spool:/b"}};
};

}  // namespace pipeline::test
