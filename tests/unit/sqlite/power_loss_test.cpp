// SPDX-License-Identifier: Apache-2.0
// Power cuts, simulated: the real flush into the real ledger on a disk that keeps only what was synced, and
// of the rest whatever chance wants. The shared memory is gone after each cut, SQLite recovers, and the
// source goes on at the ledger's cursor. After each cut: is what was called durable there, is everything
// before the cursor there, each once, does it still balance and work.
#include <fmt/format.h>
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/ledger/flush.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/scale.hpp"
#include "tests/unit/sqlite/power_disk.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::size_t kConsumers = 3;

// Every 37th position has the id of an earlier one.
std::string id_of(std::uint64_t position) {
    return fmt::format("invoice {}", position % 37 == 0 ? position - 36 : position);
}

// The outcome that a producer was told of one position.
struct Told {
    std::uint64_t position;
    Outcome outcome;
};

// One life of the shared memory, from a start to a power cut or an orderly end.
class Life {
  public:
    Life(const std::filesystem::path& file, std::mt19937_64& random) : random_(random) {
        RingArea& area = segments_.ring_area();
        area.header.generation = random();
        open(file);
        area.ordered = 1;
        area.start_position = ledger_->cursor("sequence").value_or(0);
        next_ = std::max<std::uint64_t>(area.start_position, 1);
    }

    // All processes are new, and adopt the shared memory: whatever the last flush had not called durable is
    // flushed again.
    void close() { ledger_.reset(); }
    void open(const std::filesystem::path& file) {
        ledger_ = std::make_unique<SqliteLedger>(file);
        flush_.emplace(ring_, storage_, FlushMetrics{segments_.until_durable(), segments_.ledger_metrics()},
                       *ledger_, "sequence", FlushPolicy{});
    }

    // Something that one of the processes does. Throws what the ledger throws.
    void step() {
        const auto what = any(9);
        if (what == 0) {
            push(any(20));
        } else if (what == 1) {
            flush();
        } else {
            consume(what % kConsumers);
        }
    }

    // Until everything that was acquired is durable, the cursor too.
    void drain() {
        for (std::size_t place = 0; place < kConsumers;) {
            if (!consume(place)) ++place;
        }
        flush();
    }

    void push(std::uint64_t count) {
        std::vector<Item> items(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            items[i].set_id(id_of(next_ + i));
            items[i].position = next_ + i;
            items[i].extent = 1;
            items[i].acquired_ns = monotonic_ns();
        }
        next_ += ring_.push(items).count;
    }

    void flush() {
        const std::uint64_t before = storage_.durable();
        static_cast<void>(flush_->lead(std::chrono::nanoseconds(0)));
        for (std::uint64_t i = before; i < storage_.durable(); ++i)
            durable_.push_back({storage_.record(i).position, storage_.record(i).outcome});
        storage_.release(storage_.durable());
    }

    // Returns all that the pipeline has called durable.
    [[nodiscard]] const std::vector<Told>& durable() const { return durable_; }
    [[nodiscard]] std::uint64_t next() const { return next_; }

  private:
    [[nodiscard]] std::uint64_t any(std::uint64_t most) {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
    }

    bool consume(std::size_t place) {
        const Hand hand = ring_.hand(place);
        if (hand.empty()) {
            return ring_.claim(hand, 1 + any(6), std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed;
        }
        const std::vector<Finding> findings(hand.word().count - hand.word().done);  // booked, all of them
        return storage_.save(hand, std::span(findings).first(1 + any(findings.size() - 1))) != 0;
    }

    std::mt19937_64& random_;
    MemorySegments segments_{64, 64};
    Ring ring_ = segments_.ring();
    Storage storage_ = segments_.storage();
    std::unique_ptr<SqliteLedger> ledger_;
    std::optional<Flush> flush_;
    std::uint64_t next_ = 1;
    std::vector<Told> durable_;
};

// A set of positions, all of them from the beginning on in the end.
class Positions {
  public:
    // False if it was in already.
    bool add(std::uint64_t position) {
        if (position >= marks_.size()) marks_.resize(position + 1);
        if (marks_[position]) return false;
        return marks_[position] = true;
    }
    void add(const std::vector<Told>& all) {
        for (const Told& told : all) {
            add(told.position);
            told_.resize(marks_.size());
            told_[told.position] = told.outcome;
        }
    }
    // Returns the outcome that was told of it; none if none was.
    [[nodiscard]] std::optional<Outcome> told(std::uint64_t position) const {
        return position < told_.size() ? told_[position] : std::nullopt;
    }
    [[nodiscard]] bool has(std::uint64_t position) const {
        return position < marks_.size() && marks_[position];
    }
    [[nodiscard]] std::uint64_t end() const { return marks_.size(); }

  private:
    std::vector<bool> marks_;
    std::vector<std::optional<Outcome>> told_;
};

// Returns what is wrong with the ledger, or an empty text. `durable`: all positions that were ever called
// durable.
std::string wrong_with(const std::filesystem::path& file, const Positions& durable) {
    if (!std::filesystem::exists(file)) return durable.end() == 0 ? "" : "the file is gone";
    std::string wrong;
    const auto check = [&](SqliteReader& reader) {
        wrong.clear();
        Positions found;
        SqliteStatement rows(
            reader.database(),
            "SELECT position, id, 0 FROM invoices UNION ALL SELECT position, id, 1 FROM duplicates");
        while (rows.next_row()) {
            const auto position = static_cast<std::uint64_t>(rows.integer(0));
            if (rows.text(1) != id_of(position)) wrong = fmt::format("position {} is not itself", position);
            if (!found.add(position)) wrong = fmt::format("position {} is there twice", position);
            const auto found_as = rows.integer(2) == 1 ? Outcome::Duplicate : Outcome::Booked;
            if (durable.told(position).value_or(found_as) != found_as)
                wrong = fmt::format("position {} is not what its source was told", position);
        }
        for (std::uint64_t position = 1; position < durable.end(); ++position) {
            if (durable.has(position) && !found.has(position)) {
                wrong = fmt::format("position {} was durable and is gone", position);
            }
        }
        for (const auto& books : reader.books()) {
            if (books.acquired != books.rows()) {
                wrong = fmt::format("{} rows, {} are counted", books.rows(), books.acquired);
            }
            for (std::uint64_t position = 1; position < books.cursor.value_or(1); ++position) {
                if (!found.has(position)) {
                    wrong = fmt::format("position {} is before the cursor {} and not there", position,
                                        *books.cursor);
                }
            }
        }
        const std::string verdict = reader.database().query_text("PRAGMA integrity_check");
        if (verdict != "ok") wrong = verdict;
    };
    try {
        read_sqlite_ledger(file, check);
    } catch (const Failure& failure) {
        // A file whose making was cut short has nothing to lose; what lost an index of its log is opened by
        // the next start.
        if (durable.end() == 0 && failure.status() == ExitStatus::NoInput) return {};
        return failure.what();
    }
    return wrong;
}

struct Simulation {
    int cuts = 0;
    std::uint64_t positions = 0;
    std::uint64_t changes = 0;
    int kills = 0;            // of all processes, between the cuts
    int checkpoints_cut = 0;  // cuts during a checkpoint or the closing of the file
    std::string wrong;        // the first thing that was wrong; the simulation ends with it
};

// Runs lives of random length, each ended by a cut.
Simulation simulate(int cuts, bool disk_lies, std::uint64_t seed) {
    const LedgerFolder folder;
    const auto file = folder.ledger();
    std::mt19937_64 random(seed);
    PowerDisk disk(random, disk_lies);
    const DiskShim shim(disk);
    Positions durable;
    Simulation result;
    for (; result.cuts < cuts; ++result.cuts) {
        disk.cut_after(std::uniform_int_distribution<std::uint64_t>(1, 400)(random));
        std::unique_ptr<Life> life;
        bool in_checkpoint = false;
        while (!disk.is_off()) {
            try {
                if (disk.is_killed()) {
                    if (life != nullptr) life->close();
                    disk.start_again();
                    ++result.kills;
                    if (life != nullptr) {
                        life->open(file);
                        life->flush();
                        // The frames that it found in the log of the dead may never have been synced.
                        if (std::bernoulli_distribution(0.3)(random)) disk.cut_after(1);
                    }
                }
                if (life == nullptr) life = std::make_unique<Life>(file, random);
                const auto what = std::uniform_int_distribution<int>(0, 100)(random);
                in_checkpoint = what < 2;
                if (what == 0) {  // by somebody else's connection, as SQLite also does when the log is long
                    SqliteConnection(file, false, std::chrono::seconds(0))
                        .execute("PRAGMA wal_checkpoint(TRUNCATE)");
                } else if (what == 1) {  // an orderly stop and start
                    life->drain();
                    durable.add(life->durable());
                    life.reset();
                } else if (what == 2) {
                    disk.kill_after(std::uniform_int_distribution<std::uint64_t>(1, 30)(random));
                } else {
                    life->step();
                }
            } catch (const LedgerUnavailable&) {
            } catch (const SqliteError&) {
            } catch (const Failure& failure) {
                if (disk.is_off() || disk.is_killed()) continue;  // power or process are gone
                // The last cut has left what cannot be opened.
                result.wrong = failure.what();
                return result;
            }
        }
        REQUIRE(disk.is_off());
        if (in_checkpoint) ++result.checkpoints_cut;
        if (life != nullptr) durable.add(life->durable());
        life.reset();
        disk.restore();
        if (std::filesystem::exists(file)) {
            // The next start opens it, which recovers the log and gives it an index; nothing is written.
            try {
                const SqliteLedger recovered(file);
                result.wrong = wrong_with(file, durable);
            } catch (const Failure& failure) {
                result.wrong = failure.what();
            }
        } else {
            result.wrong = wrong_with(file, durable);
        }
        if (!result.wrong.empty()) break;
    }
    result.changes = disk.changes();
    if (!result.wrong.empty()) return result;
    Life last(file, random);
    last.push(50);
    last.drain();
    result.positions = last.next() - 1;
    for (std::uint64_t position = 1; position <= result.positions; ++position) durable.add(position);
    result.wrong = wrong_with(file, durable);
    return result;
}

}  // namespace

TEST_CASE("after 200 power cuts the ledger holds every acquired invoice once", "[power]") {
    const std::uint64_t seed = test_seed();
    fmt::print("power cuts: seed {}\n", seed);
    const Simulation result = simulate(200, false, seed);
    INFO("seed " << seed << ", after " << result.cuts << " cuts");
    CHECK(result.wrong.empty());
    if (!result.wrong.empty()) FAIL(result.wrong);
    CHECK(result.cuts == 200);
    CHECK(result.checkpoints_cut > 0);
    CHECK(result.kills > 0);
    CHECK(result.positions > 1000);
    fmt::print(
        "power cuts: {} of them and {} kills in {} changes of the disk, {} cuts within a checkpoint or a "
        "stop: {} "
        "invoices, each once\n",
        result.cuts, result.kills, result.changes, result.checkpoints_cut, result.positions);
}

TEST_CASE("a copy without a log that gets one while the power is cut is a ledger afterwards", "[power]") {
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    bool is_over = false;
    for (std::uint64_t changes = 1; !is_over; ++changes) {
        for (int times = 0; times < 5; ++times) {
            const LedgerFolder folder;
            const auto original = folder.path() / "original.db";
            {
                SqliteLedger ledger(original);
                Batch batch;
                batch.add("a", 1);
                ledger.commit(batch.range(), context("sequence", 2));
            }
            change(original, "VACUUM INTO '" + folder.ledger().string() + "'");
            PowerDisk disk(random);
            disk.keep(folder.ledger());
            {
                const DiskShim shim(disk);
                disk.cut_after(changes);
                try {
                    const SqliteLedger ledger(folder.ledger());
                    is_over = true;
                } catch (const Failure&) {
                    REQUIRE(disk.is_off());
                }
            }
            if (disk.is_off()) disk.restore();
            const SqliteLedger ledger(folder.ledger());
            CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "1");
        }
    }
}

TEST_CASE("on a disk that forgets its syncs the same simulation finds the loss", "[power]") {
    const std::uint64_t seed = test_seed();
    INFO("seed " << seed);
    const Simulation result = simulate(200, true, seed);
    CHECK_FALSE(result.wrong.empty());
}
