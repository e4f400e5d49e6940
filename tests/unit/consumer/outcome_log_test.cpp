// SPDX-License-Identifier: Apache-2.0
#include "consumer/outcome_log.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

struct Ending {
    std::string id;
    Status status;
    Outcome outcome;
    std::uint8_t attempts;
    std::string reason;
};

// Lies in a storage as if the ledger had just taken it.
class Stored {
  public:
    explicit Stored(const std::vector<Ending>& endings) : segments_(256, 256), size_(endings.size()) {
        for (std::size_t i = 0; i < size_; ++i) {
            const Ending& ending = endings[i];
            Item item;
            item.set_id(ending.id);
            Record& record = records().record(i);
            record.id_length = item.id_length;
            record.id = item.id;
            record.status = ending.status;
            record.outcome = ending.outcome;
            record.attempts = ending.attempts;
            record.parts = ending.reason.empty() ? 0 : Record::kHasDetails;
            const_cast<Details&>(records().details(i)).set_reason(ending.reason);
            ++*count(ending.outcome);
        }
    }
    [[nodiscard]] RecordRange records() const { return segments_.storage().range(0, size_); }
    [[nodiscard]] const Totals& outcomes() const { return outcomes_; }

  private:
    std::uint64_t* count(Outcome outcome) {
        switch (outcome) {
            case Outcome::Booked:
                break;
            case Outcome::Rejected:
                return &outcomes_.rejected;
            case Outcome::Failed:
                return &outcomes_.failed;
            case Outcome::Duplicate:
                return &outcomes_.duplicates;
            case Outcome::Waiting:
                return &outcomes_.waiting;
        }
        return &outcomes_.booked;
    }
    MemorySegments segments_;
    std::size_t size_;
    Totals outcomes_{};
};

// The lines that `action` logs, without the time, the program and its pid.
template <class Action>
std::vector<std::string> logged(Action&& action) {
    const CapturedLog captured;
    configure_log("consumer", LogLevel::Info);
    action();
    configure_log("invoice-pipeline", LogLevel::Info);
    std::vector<std::string> lines = captured.lines();
    for (std::string& line : lines) line.erase(0, line.find("] ") + 2);
    return lines;
}

std::vector<Ending> failures(std::size_t count) {
    std::vector<Ending> endings;
    for (std::size_t i = 0; i < count; ++i)
        endings.push_back({"INV-" + std::to_string(i), Status::Failed, Outcome::Failed, 1, "exit status 1"});
    return endings;
}

}  // namespace

TEST_CASE("invoices that wait do not take the lines of those that have failed", "[log]") {
    std::vector<Ending> endings;
    for (int i = 0; i < 20; ++i)
        endings.push_back({"w" + std::to_string(i), Status::Waiting, Outcome::Waiting, 1, "busy"});
    for (const Ending& failed : failures(8)) endings.push_back(failed);
    const Stored stored(endings);
    const auto lines = logged([&] {
        OutcomeLog log("test");
        log.stored(stored.records(), stored.outcomes());
        log.tell(steady_clock::now());
    });
    const auto with = [&](const std::string& words) {
        return std::count_if(lines.begin(), lines.end(),
                             [&](const std::string& line) { return line.find(words) != std::string::npos; });
    };
    CHECK(with(" waiting after 1 attempt: busy") == OutcomeLog::kWaitingLinesPerSecond);
    CHECK(with(" failed after 1 attempt: ") == 5);
    CHECK(with("18 more invoices without a line: 0 rejected, 3 failed, 15 waiting, 0 duplicate") == 1);
}

TEST_CASE("each invoice that is not booked has a line with its status, attempts and reason", "[log]") {
    const Stored stored({{"a", Status::Booked, Outcome::Booked, 1, ""},
                         {"b", Status::Rejected, Outcome::Rejected, 1, "BR-CO-13: 1.00 is not 2.00"},
                         {"\xc2\x9b\\x0a", Status::Rejected, Outcome::Rejected, 1, "no"},
                         {"c\n", Status::Failed, Outcome::Failed, 1, "not usable"},
                         {"d", Status::Failed, Outcome::Failed, 3, "killed by signal 9 (SIGKILL)"},
                         {"e", Status::Booked, Outcome::Duplicate, 1, ""},
                         {"f", Status::Booked, Outcome::Failed, 2, ""}});
    const auto lines = logged([&] {
        OutcomeLog log("test");
        CHECK_FALSE(log.has_something_to_say());
        log.stored(stored.records(), stored.outcomes());
        CHECK(log.has_something_to_say());
        log.tell(steady_clock::now());
        CHECK_FALSE(log.has_something_to_say());
    });
    REQUIRE(lines.size() == 6);
    CHECK(lines[0] == "notice: invoice b rejected after 1 attempt: BR-CO-13: 1.00 is not 2.00");
    CHECK(lines[1] == R"(notice: invoice \xc2\x9b\x5cx0a rejected after 1 attempt: no)");
    INFO(lines[2]);
    CHECK(lines[2].find("warning: invoice c") == 0);  // what stands for an id that cannot be used
    CHECK(lines[2].ends_with(" failed after 1 attempt: not usable"));
    CHECK(lines[3] == "warning: invoice d failed after 3 attempts: killed by signal 9 (SIGKILL)");
    CHECK(lines[4] ==
          "notice: invoice e duplicate after 1 attempt: its id is in the ledger already, from another "
          "position");
    CHECK(lines[5] == "warning: invoice f failed after 2 attempts: so it was recorded when it came before");
}

TEST_CASE("what a second has no lines for is counted, and said once the second is over", "[log]") {
    const Stored stored(failures(25));
    const auto lines = logged([&] {
        OutcomeLog log("test");
        log.stored(stored.records(), stored.outcomes());
        const auto now = steady_clock::now();
        log.tell(now);
        log.stored(stored.records(), stored.outcomes());
        log.tell(now);
        CHECK(log.has_something_to_say());
        log.tell(now + std::chrono::seconds(2));
        CHECK_FALSE(log.has_something_to_say());
    });
    REQUIRE(lines.size() == 11);
    CHECK(lines[9] == "warning: invoice INV-9 failed after 1 attempt: exit status 1");
    CHECK(lines[10] ==
          "warning: 40 more invoices without a line: 0 rejected, 40 failed, 0 waiting, 0 duplicate; the "
          "ledger has them");
}

TEST_CASE("whoever leaves says before what it has not said yet", "[log]") {
    const Stored stored(failures(11));
    const auto lines = logged([&] {
        OutcomeLog log("test");
        log.stored(stored.records(), stored.outcomes());
    });
    REQUIRE(lines.size() == 11);
    CHECK(lines[10].find("warning: 1 more invoice without a line") == 0);
}
