// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/seal/chain_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "common/base/plural.hpp"

namespace pipeline {
namespace {

// The number of a link in its chain.
struct LinkPlace {
    std::uint64_t generation;
    std::uint64_t number;
};

// Calls `take` with each place and head that a link has taken in: the bytes of append_head().
template <class Take>
void for_each_head(std::string_view heads, Take&& take) {
    constexpr std::size_t kBytes = sizeof(LinkPlace) + sizeof(Digest);
    for (; heads.size() >= kBytes; heads.remove_prefix(kBytes)) {
        LinkPlace place{};
        Digest head{};
        std::memcpy(&place, heads.data(), sizeof place);
        std::memcpy(head.data(), heads.data() + sizeof place, head.size());
        take(place, head);
    }
}

class ChainCheck {
  public:
    ChainCheck(ChainBooks& books, bool may_have_before, const std::optional<Digest>& head, SealFaults& faults)
        : books_(&books), may_have_before_(may_have_before), head_(head), faults_(&faults) {}

    ChainTotals check() {
        books_->for_each_link([this](const StoredLink& link) { check_link(link); });
        end_chain();
        check_taken();
        if (has_before_ && totals_.chains > 1 && !is_before_taken_in_)
            faults_->add("no chain has taken in the commit that seals the rows of before");
        books_->for_each_without_chain([this](std::uint64_t generation, std::uint64_t recorded) {
            faults_->add(fmt::format("generation {:016x} has recorded {} results, and has no chain",
                                     generation, recorded));
        });
        if (found_) {
            totals_.found = fmt::format(
                "commit {} of generation {:016x} has that head; {} later, or beside it", found_->number,
                found_->generation,
                counted(totals_.links - std::min(totals_.links, links_behind(*found_)), "commit") + " came");
        } else if (head_) {
            faults_->add(fmt::format(
                "no commit has the head {}: the ledger is another one, or it was cut off", to_text(*head_)));
        }
        return totals_;
    }

  private:
    void fail(std::uint64_t number, const char* what) {
        faults_->add(fmt::format("commit {} of generation {:016x} {}", number, generation_, what));
    }

    void check_link(const StoredLink& link) {
        const SealedCommit& commit = link.commit;
        if (totals_.chains == 0 || commit.generation != generation_) begin_chain(commit.generation);
        ++totals_.links;
        if (link.number != number_ + 1) fail(number_ + 1, "is missing");
        check_kind(link);
        if ((number_ != 0 && commit.first != recorded_) || commit.recorded < commit.first)
            fail(link.number, "does not begin where the one before it ends");
        if (head_of(commit, link.number, link.heads, before_) != link.head)
            fail(link.number, "is not the one that was written, or does not follow the one before it");
        check_taken_in(link);
        if (head_ && link.head == *head_) found_ = {generation_, link.number};
        number_ = link.number;
        recorded_ = commit.recorded;
        before_ = link.head;
    }

    // A pipeline has results; all other kinds are of people, and the rows of before come first.
    void check_kind(const StoredLink& link) {
        using Kind = SealedCommit::Kind;
        const auto& kind = link.kind;
        const bool is_of_people = generation_ == kPeopleGeneration;
        const bool has_results = kind == Kind::Results || kind == Kind::Decided;
        const bool is_right = kind && is_of_people == (kind != Kind::Results) &&
                              (kind != Kind::Before || (link.number == 1 && may_have_before_)) &&
                              (has_results || link.commit.first == link.commit.recorded);
        if (!is_right) fail(link.number, "is of a kind that cannot be there");
        has_before_ = has_before_ || kind == Kind::Before;
    }

    // generations.taken must be the newest link that a chain has taken in: a chain that seems to be taken in
    // further would not be taken in again.
    void check_taken() {
        books_->for_each_taken([this](std::uint64_t generation, std::uint64_t taken) {
            const auto found = taken_.find(generation);
            if (taken == (found == taken_.end() ? 0 : found->second)) return;
            faults_->add(
                fmt::format("generations says that a chain has taken in commit {} of generation {:016x}",
                            taken, generation));
        });
    }

    // Returns for how many links the head of this one stands: those of its chain up to it, and what its chain
    // has taken in, and so on.
    std::uint64_t links_behind(const LinkPlace& head) {
        std::map<std::uint64_t, std::uint64_t> reached;
        std::vector<LinkPlace> next{head};
        while (!next.empty()) {
            const LinkPlace link = next.back();
            next.pop_back();
            auto& number = reached[link.generation];
            const bool is_new = number == 0;
            number = std::max(number, link.number);
            if (!is_new) continue;
            for_each_head(books_->taken_in(link.generation),
                          [&](const LinkPlace& place, const Digest&) { next.push_back(place); });
        }
        std::uint64_t links = 0;
        for (const auto& [generation, number] : reached) links += number;
        return links;
    }

    void check_taken_in(const StoredLink& link) {
        for_each_head(link.heads, [&](const LinkPlace& of, const Digest& head) {
            const bool is_same = books_->head(of.generation, of.number) == head;
            auto& taken = taken_[of.generation];
            taken = std::max(taken, of.number);
            const bool is_before = of.generation == kPeopleGeneration && of.number == 1;
            is_before_taken_in_ = is_before_taken_in_ || is_before;
            if (is_same) return;
            faults_->add(
                fmt::format("commit {} of generation {:016x} is not the one that commit {} of "
                            "generation {:016x} has taken in",
                            of.number, of.generation, link.number, generation_));
        });
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
        const auto recorded = books_->recorded(generation_);
        if (recorded == recorded_) return;
        faults_->add(fmt::format("generation {:016x} has recorded {} results, and its chain covers {}",
                                 generation_, recorded.value_or(0), recorded_));
    }

    ChainBooks* books_;
    bool may_have_before_;
    std::optional<Digest> head_;
    SealFaults* faults_;
    ChainTotals totals_;
    // The state of the present chain after its last link.
    std::uint64_t generation_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t recorded_ = 0;
    Digest before_{};
    std::map<std::uint64_t, std::uint64_t> taken_;  // each chain's newest link that another one has taken in
    std::optional<LinkPlace> found_;                // the link with the head that was asked for
    bool has_before_ = false;
    bool is_before_taken_in_ = false;
};

}  // namespace

ChainTotals check_chains(ChainBooks& books, bool may_have_before, const std::optional<Digest>& head,
                         SealFaults& faults) {
    return ChainCheck(books, may_have_before, head, faults).check();
}

std::string changed_rows_fault(const ResultsRange& link, std::uint64_t found) {
    const std::string of = fmt::format("commit {} of generation {:016x}", link.number, link.generation);
    if (found == link.changed) {
        return fmt::format("{}: a value of its {} (results {} to {}) was changed", of, counted(found, "row"),
                           link.first, link.recorded - 1);
    }
    return fmt::format("{}: it wrote {} (results {} to {}), and {} {} there", of,
                       counted(link.changed, "row"), link.first, link.recorded - 1, found,
                       verb(found, "is", "are"));
}

std::string changed_pruned_fault(std::uint64_t number, std::uint64_t changed) {
    return fmt::format("commit {} of generation {:016x} has pruned {}, and they are not as it left them",
                       number, kPeopleGeneration, counted(changed, "row"));
}

std::string sealed_proof(std::uint64_t rows, const ChainTotals& chains) {
    std::string proof =
        fmt::format("sealed: {} in {} of {} are as they were written", counted(rows, "outcome"),
                    counted(chains.links, "commit"), counted(chains.chains, "chain"));
    if (!chains.found.empty()) proof += "; " + chains.found;
    return proof;
}

}  // namespace pipeline
