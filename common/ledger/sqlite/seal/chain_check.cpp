// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/chain_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "common/base/plural.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"

namespace pipeline {
namespace {

// A chain takes in of another one: its generation, the number of its link, and that link's head.
constexpr std::size_t kTakenInBytes = 2 * sizeof(std::uint64_t) + sizeof(Digest);

class ChainCheck {
  public:
    ChainCheck(SqliteConnection& database, const std::optional<Digest>& head, SealFaults& faults)
        : links_(database,
                 "SELECT generation, number, kind, first, recorded, changed, stored_at, digest, heads, head"
                 " FROM commits ORDER BY generation, number"),
          find_head_(database, "SELECT head FROM commits WHERE generation = ?1 AND number = ?2"),
          find_recorded_(database, "SELECT recorded FROM generations WHERE generation = ?1"),
          generations_(database,
                       "SELECT generation, recorded FROM generations WHERE recorded > 0 AND generation NOT IN"
                       " (SELECT generation FROM commits) AND NOT EXISTS"
                       " (SELECT 1 FROM commits WHERE kind = 'before')"),
          head_(head),
          database_(&database),
          faults_(&faults) {}

    ChainTotals check() {
        while (links_.next_row()) check_link();
        end_chain();
        check_taken();
        if (has_before_ && totals_.chains > 1 && !is_before_taken_in_)
            faults_->add("no chain has taken in the commit that seals the rows of before");
        while (generations_.next_row()) {
            faults_->add(fmt::format("generation {:016x} has recorded {} results, and has no chain",
                                     generations_.integer(0), generations_.integer(1)));
        }
        if (found_) {
            totals_.found = fmt::format(
                "commit {} of generation {:016x} has that head; {} later, or beside it", found_->number,
                found_->generation,
                counted(totals_.links - std::min(totals_.links, links_behind(*found_)), "commit") + " came");
        } else if (head_)
            faults_->add(fmt::format(
                "no commit has the head {}: the ledger is another one, or it was cut off", to_text(*head_)));
        return totals_;
    }

  private:
    void fail(std::uint64_t number, const char* what) {
        faults_->add(fmt::format("commit {} of generation {:016x} {}", number, generation_, what));
    }

    void check_link() {
        const auto generation = static_cast<std::uint64_t>(links_.integer(0));
        const auto number = static_cast<std::uint64_t>(links_.integer(1));
        if (totals_.chains == 0 || generation != generation_) begin_chain(generation);
        ++totals_.links;
        if (number != number_ + 1) fail(number_ + 1, "is missing");
        check_kind(number, links_.text(2));
        SealedCommit commit;
        commit.generation = generation;
        commit.kind = parse_commit_kind(links_.text(2)).value_or(SealedCommit::Kind::Before);
        commit.first = static_cast<std::uint64_t>(links_.integer(3));
        commit.recorded = static_cast<std::uint64_t>(links_.integer(4));
        commit.changed = static_cast<std::uint64_t>(links_.integer(5));
        commit.stored_at_us = links_.integer(6);
        commit.digest = links_.digest(7);
        const std::string_view heads = links_.text(8);
        const Digest head = links_.digest(9);
        if ((number_ != 0 && commit.first != recorded_) || commit.recorded < commit.first)
            fail(number, "does not begin where the one before it ends");
        if (head_of(commit, number, heads, before_) != head)
            fail(number, "is not the one that was written, or does not follow the one before it");
        check_taken_in(number, heads);
        if (head_ && head == *head_) found_ = {generation_, number};
        number_ = number;
        recorded_ = commit.recorded;
        before_ = head;
    }

    // A pipeline has results; all other kinds are of people, and the rows of before come first.
    void check_kind(std::uint64_t number, std::string_view text) {
        using Kind = SealedCommit::Kind;
        const auto kind = parse_commit_kind(text);
        const bool is_of_people = generation_ == kPeopleGeneration;
        const bool has_results = kind == Kind::Results || kind == Kind::Decided;
        const bool is_right = kind && is_of_people == (kind != Kind::Results) &&
                              (kind != Kind::Before || number == 1) &&
                              (has_results || links_.integer(3) == links_.integer(4));
        if (!is_right) fail(number, "is of a kind that cannot be there");
        has_before_ = has_before_ || kind == Kind::Before;
    }

    // generations.taken must be the newest link that a chain has taken in: a chain that seems to be taken in
    // further would not be taken in again.
    void check_taken() {
        SqliteStatement chains(*database_, "SELECT generation, coalesce(taken, 0) FROM generations");
        while (chains.next_row()) {
            const auto found = taken_.find(chains.integer(0));
            if (chains.integer(1) == (found == taken_.end() ? 0 : found->second)) continue;
            faults_->add(
                fmt::format("generations says that a chain has taken in commit {} of generation {:016x}",
                            chains.integer(1), static_cast<std::uint64_t>(chains.integer(0))));
        }
    }

    struct Position {
        std::uint64_t generation;
        std::uint64_t number;
    };

    // Returns for how many links the head of this one stands: those of its chain up to it, and what its chain
    // has taken in, and so on.
    std::uint64_t links_behind(const Position& head) {
        SqliteStatement find(*database_, "SELECT heads FROM commits WHERE generation = ?1 AND number = 1");
        std::map<std::uint64_t, std::uint64_t> reached;
        std::vector<Position> next{head};
        while (!next.empty()) {
            const Position link = next.back();
            next.pop_back();
            auto& number = reached[link.generation];
            const bool is_new = number == 0;
            number = std::max(number, link.number);
            if (!is_new) continue;
            find.bind(1, static_cast<std::int64_t>(link.generation));
            if (!find.first_row()) continue;
            std::string_view heads = find.text(0);
            for (; heads.size() >= kTakenInBytes; heads.remove_prefix(kTakenInBytes)) {
                Position of{};
                std::memcpy(&of, heads.data(), sizeof of);
                next.push_back(of);
            }
            find.finish();
        }
        std::uint64_t links = 0;
        for (const auto& [generation, number] : reached) links += number;
        return links;
    }

    void check_taken_in(std::uint64_t number, std::string_view heads) {
        for (; heads.size() >= kTakenInBytes; heads.remove_prefix(kTakenInBytes)) {
            std::int64_t of[2];
            std::memcpy(of, heads.data(), sizeof of);
            find_head_.bind(1, of[0]);
            find_head_.bind(2, of[1]);
            const bool is_there = find_head_.first_row();
            const bool is_same = is_there && find_head_.text(0) == heads.substr(sizeof of, sizeof(Digest));
            if (is_there) find_head_.finish();
            auto& taken = taken_[of[0]];
            taken = std::max(taken, of[1]);
            const bool is_before = of[0] == static_cast<std::int64_t>(kPeopleGeneration) && of[1] == 1;
            is_before_taken_in_ = is_before_taken_in_ || is_before;
            if (is_same) continue;
            faults_->add(
                fmt::format("commit {} of generation {:016x} is not the one that commit {} of "
                            "generation {:016x} has taken in",
                            of[1], of[0], number, generation_));
        }
    }

    void begin_chain(std::uint64_t generation) {
        end_chain();
        ++totals_.chains;
        generation_ = generation;
        number_ = 0;
        recorded_ = 0;
        before_ = {};
    }

    void end_chain() {
        if (totals_.chains == 0) return;
        find_recorded_.bind(1, static_cast<std::int64_t>(generation_));
        const bool is_there = find_recorded_.first_row();
        const auto recorded = is_there ? static_cast<std::uint64_t>(find_recorded_.integer(0)) : 0;
        if (is_there) find_recorded_.finish();
        if (is_there && recorded == recorded_) return;
        faults_->add(fmt::format("generation {:016x} has recorded {} results, and its chain covers {}",
                                 generation_, recorded, recorded_));
    }

    SqliteStatement links_, find_head_, find_recorded_, generations_;
    std::optional<Digest> head_;
    SqliteConnection* database_;
    SealFaults* faults_;
    ChainTotals totals_;
    // The state of the present chain after its last link.
    std::uint64_t generation_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t recorded_ = 0;
    Digest before_{};
    std::map<std::int64_t, std::int64_t> taken_;  // each chain's newest link that another one has taken in
    std::optional<Position> found_;               // the link with the head that was asked for
    bool has_before_ = false;
    bool is_before_taken_in_ = false;
};

}  // namespace

ChainTotals check_chains(SqliteConnection& database, const std::optional<Digest>& head, SealFaults& faults) {
    return ChainCheck(database, head, faults).check();
}

}  // namespace pipeline
