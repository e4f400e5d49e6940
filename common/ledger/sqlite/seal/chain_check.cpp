// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/chain_check.hpp"

#include <fmt/format.h>

#include <cstring>

#include "common/ledger/sqlite/seal/commit_chain.hpp"

namespace pipeline {
namespace {

// What a chain has taken in of another: its generation, the number of its link, and that link's head.
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
          faults_(&faults) {}

    ChainTotals check() {
        while (links_.next_row()) check_link();
        end_chain();
        while (generations_.next_row()) {
            faults_->add(fmt::format("generation {:016x} has recorded {} results, and has no chain",
                                     generations_.integer(0), generations_.integer(1)));
        }
        if (head_ && totals_.found.empty())
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
        if (head_ && head == *head_) {
            totals_.found = fmt::format("commit {} of generation {:016x} has the head {}", number,
                                        generation_, to_text(head));
        }
        number_ = number;
        recorded_ = commit.recorded;
        before_ = head;
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
    SealFaults* faults_;
    ChainTotals totals_;
    // Of the present chain, after its last link.
    std::uint64_t generation_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t recorded_ = 0;
    Digest before_{};
};

}  // namespace

ChainTotals check_chains(SqliteConnection& database, const std::optional<Digest>& head, SealFaults& faults) {
    return ChainCheck(database, head, faults).check();
}

}  // namespace pipeline
