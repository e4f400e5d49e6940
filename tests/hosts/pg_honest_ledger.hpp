// SPDX-License-Identifier: Apache-2.0
// A ledger in PostgreSQL with a random honest history: hosts that take turns, outcomes of every kind,
// invoices that come again and are given again, commits that are repeated, and what people do with clerk.
#pragma once

#include <fmt/format.h>

#include <array>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/ledger/postgresql/people/pg_editor.hpp"
#include "common/ledger/postgresql/people/pg_reader.hpp"
#include "common/ledger/postgresql/pg_ledger.hpp"
#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ledger_fixture.hpp"

namespace pipeline::test {

// Watches a prune and does nothing.
class IdlePruneWatcher final : public PruneWatcher {
  public:
    void will_remove(std::string_view /*table*/, const LedgerRow& /*row*/) override {}
    void about_to_remove() override {}
    void removed(std::span<const Removed> /*rows*/, std::uint64_t /*so_far*/) override {}
};

// The faults that an audit of the whole ledger finds, as one text.
[[nodiscard]] inline std::string pg_faults_of(const std::string& url) {
    std::string text;
    read_pg_ledger(url, [&](LedgerReader& reader) {
        text.clear();
        for (const SelfCheck& check : {reader.check_seal(5, std::nullopt), reader.check_itself(5)})
            for (const std::string& fault : check.faults) text += fault + "\n";
        for (const SourceBooks& books : reader.books()) {
            if (books.acquired != books.rows())
                text += fmt::format("{} has acquired {}, and {} are there\n", books.source, books.acquired,
                                    books.rows());
        }
    });
    return text;
}

// A pipeline on a host. Its results have random statuses and few ids, so that they meet those of others.
class HonestHost {
  public:
    HonestHost(const std::string& url, std::string source, std::uint64_t seed)
        : outside_(url), ledger_(url), random_(seed), source_(std::move(source)) {}

    void begin_anew() {
        generation_ = context("").generation;
        recorded_ = 0;
    }

    void commit() {
        Batch batch;
        std::string taken;
        const std::uint64_t size = 1 + pick(pick(3) == 0 ? 80 : 8);
        for (std::uint64_t i = 0; i < size; ++i) add_random(batch, taken);
        const RecordRange records = batch.range_from(recorded_);
        if (records.size() == 0) return;
        CommitContext with = context(source_);
        with.generation = generation_;
        commit(records, with);
        if (pick(4) == 0) commit(records, with);  // its leader was killed, and the next one repeats it
        recorded_ = records.end();
    }

  private:
    std::uint64_t pick(std::uint64_t below) { return random_() % below; }

    // Others may hold a row for long: then the results wait, and are committed later.
    void commit(const RecordRange& records, const CommitContext& with) {
        std::string why;
        const bool is_done = eventually([&] {
            try {
                ledger_.commit(records, with);
                return true;
            } catch (const LedgerUnavailable& error) {
                why = error.what();
                return false;
            }
        });
        if (!is_done) throw std::runtime_error(why);
    }

    void add_random(Batch& batch, std::string& taken) {
        const std::string name = "i" + std::to_string(pick(60));
        constexpr std::array kStatuses{Status::Booked, Status::Booked, Status::Failed, Status::Rejected,
                                       Status::Waiting};
        const Status status = kStatuses[pick(kStatuses.size())];
        const bool is_again = pick(4) == 0;
        if (is_again && taken.find(name + ";") != std::string::npos) return;
        taken += name + ";";
        Record& record = batch.add(name, pick(3) + 1, status);
        const PgResult rounds =
            outside_.run("SELECT round FROM invoices WHERE due_at IS NOT NULL AND key = $1 AND source = $2",
                         PgParameters().add(std::string_view(name)).add(std::string_view(source_)));
        const bool is_given_again = is_again && rounds.rows() != 0;
        if (status == Status::Waiting || is_given_again || pick(3) == 0) {
            record.parts |= Record::kHasAttempt;
            record.attempt = Attempt();
            record.attempt.started_us = pick(2) * 1'700'000'000'000'000;
            record.attempt.retry_after_us = 60'000'000;
            record.attempt.failures = static_cast<std::uint8_t>(pick(2));
            record.attempt.first_failed_us = pick(2) * 17;
        }
        if (is_given_again) {
            const auto round = static_cast<std::uint64_t>(rounds.integer(0, 0));
            record.attempt.flags = Attempt::kGivenAgain;
            record.attempt.round = static_cast<std::uint32_t>(round - pick(2) * (round != 0 ? 1 : 0));
        }
        if (pick(3) != 0) return;
        const auto parts = record.parts;
        Details& details = batch.details();
        record.parts |= parts;
        details.set_amount(Details::Gross, static_cast<std::int64_t>(pick(100'000)));
        details.set_reason("reason " + std::to_string(pick(3)));
    }

    PgConnection outside_;
    PgLedger ledger_;
    std::mt19937_64 random_;
    std::string source_;
    std::uint64_t generation_ = context("").generation;
    std::uint64_t recorded_ = 0;
};

// Somebody with clerk.
class HonestPerson {
  public:
    HonestPerson(const std::string& url, std::uint64_t seed)
        : outside_(url), editor_(make_pg_editor(url)), random_(seed) {}

    void decide() {
        const std::array<std::string, 2> ids{id(), id()};
        switch (random_() % 4) {
            case 0:
                static_cast<void>(editor_->cancel(ids));
                break;
            case 1:
                static_cast<void>(editor_->retry(ids));
                break;
            case 2:
                editor_->retry(not_booked(), [](std::uint64_t) {});
                break;
            default:
                prune();
        }
    }
    void prune() {
        IdlePruneWatcher nobody;
        const PgResult times =
            outside_.run("SELECT coalesce(min(stored_at), 0), coalesce(max(stored_at), 0) FROM invoices");
        const auto span = static_cast<std::uint64_t>(times.integer(0, 1) - times.integer(0, 0) + 2);
        editor_->prune(times.integer(0, 0) + static_cast<std::int64_t>(random_() % span), nobody);
    }

  private:
    std::string id() { return "i" + std::to_string(random_() % 60); }

    PgConnection outside_;
    std::unique_ptr<LedgerEditor> editor_;
    std::mt19937_64 random_;
};

}  // namespace pipeline::test
