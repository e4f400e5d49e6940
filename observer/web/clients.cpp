// SPDX-License-Identifier: Apache-2.0
#include "observer/web/clients.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

// Numbers that tell epoll events apart. Clients have numbers from kFirstClient on.
constexpr std::uint64_t kListening = 0;
constexpr std::uint64_t kTimer = 1;
constexpr std::uint64_t kFirstClient = 2;

constexpr int kAtOnce = 64;                           // most events, and most new connections, in one serve()
constexpr std::chrono::seconds kRest{1};              // until the next try, if the system has no room
constexpr std::size_t kMostIgnoredBytes = 1U << 20U;  // after a request; with more, the connection ends

bool has_nothing_now(int error) noexcept {
    return error == EAGAIN || error == EINTR;
}

// Errors of accept4(2) that concern one connection only, because it is gone or its network is down. The next
// connection can be accepted.
bool is_passing(int error) noexcept {
    constexpr std::array<int, 11> kPassing{EINTR,       ECONNABORTED, EPROTO,       ENETDOWN,
                                           ENOPROTOOPT, EHOSTDOWN,    EHOSTUNREACH, ENETUNREACH,
                                           EPERM,       EOPNOTSUPP,   ENONET};
    return std::find(kPassing.begin(), kPassing.end(), error) != kPassing.end();
}

bool is_want_of_room(int error) noexcept {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::array<unsigned char, 16> address_of(const sockaddr_storage& from) noexcept {
    std::array<unsigned char, 16> address{};
    if (from.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
        // Take the first half only, because a client can choose the second half freely. An IPv4 address
        // counts as a whole.
        const std::size_t size = IN6_IS_ADDR_V4MAPPED(&six) ? 16 : 8;
        std::copy_n(std::begin(six.s6_addr), size, address.begin());
    } else if (from.ss_family == AF_INET) {
        const auto four = ntohl(reinterpret_cast<const sockaddr_in&>(from).sin_addr.s_addr);
        for (std::size_t i = 0; i < 4; ++i)
            address[12 + i] = static_cast<unsigned char>(four >> (24 - 8 * i));
        address[10] = address[11] = 0xff;
    }
    return address;
}

// True if nothing more needs to be read: `text` is a whole head, or no request. A request begins with its
// method in capitals; a text that begins with anything else (TLS, say) will never become a request.
bool is_whole(std::string_view text) noexcept {
    if (!text.empty() && (text.front() < 'A' || text.front() > 'Z')) return true;
    return text.find("\n\r\n") != std::string_view::npos || text.find("\n\n") != std::string_view::npos;
}

UniqueFd checked(int fd, const char* call) {
    if (fd < 0) throw system_failure(ExitStatus::InputOutput, call, "for clients", errno);
    return UniqueFd(fd);
}

}  // namespace

Clients::Clients(UniqueFd listening, Bounds bounds, AnswerTo answer_to)
    : listening_(std::move(listening)),
      bounds_(bounds),
      answer_to_(std::move(answer_to)),
      events_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      next_number_(kFirstClient) {
    const int flags = ::fcntl(listening_.get(), F_GETFL);
    if (flags < 0 || ::fcntl(listening_.get(), F_SETFL, flags | O_NONBLOCK) < 0)
        throw system_failure(ExitStatus::InputOutput, "fcntl", "of the listening socket", errno);
    want(listening_.get(), kListening, EPOLLIN, EPOLL_CTL_ADD);
    want(timer_.get(), kTimer, EPOLLIN, EPOLL_CTL_ADD);
}

void Clients::serve() {
    std::array<epoll_event, kAtOnce> events;
    const int ready = ::epoll_wait(events_.get(), events.data(), kAtOnce, 0);
    for (int i = 0; i < ready; ++i) {
        const std::uint64_t number = events[static_cast<std::size_t>(i)].data.u64;
        if (number == kListening) {
            accept_some();
        } else if (number == kTimer) {
            std::uint64_t times = 0;
            [[maybe_unused]] const auto size = ::read(timer_.get(), &times, sizeof(times));
            timer_is_set_ = false;
            if (!std::exchange(is_listening_, true))
                want(listening_.get(), kListening, EPOLLIN, EPOLL_CTL_MOD);
        } else if (const auto client = open_.find(number); client != open_.end()) {  // else: dropped
            if (!go_on(number, client->second)) drop(client);
        }
    }
    drop_late();
    set_timer();
}

void Clients::accept_some() {
    for (int i = 0; i < kAtOnce; ++i) {
        sockaddr_storage from{};
        socklen_t size = sizeof(from);
        UniqueFd fd(::accept4(listening_.get(), reinterpret_cast<sockaddr*>(&from), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd) {
            if (open_.size() >= bounds_.connections) make_room();
            add(std::move(fd), address_of(from));
        } else if (errno == EAGAIN) {
            return;
        } else if (is_want_of_room(errno)) {
            if (open_.empty()) {
                is_listening_ = timer_is_set_ = false;
                return want(listening_.get(), kListening, 0, EPOLL_CTL_MOD);
            }
            make_room();
        } else if (!is_passing(errno)) {
            throw system_failure(ExitStatus::InputOutput, "accepting", "connections", errno);
        }
    }
}

void Clients::add(UniqueFd fd, const Address& address) {
    const std::uint64_t number = next_number_++;
    want(fd.get(), number, EPOLLIN, EPOLL_CTL_ADD);
    const auto client = open_.try_emplace(number).first;
    client->second.fd = std::move(fd);
    client->second.address = address;
    client->second.until = Clock::now() + bounds_.time;
    ++counts_[address];
    // Serve the client at once: its request may have come already, and later make_room() may drop it.
    if (!go_on(number, client->second)) drop(client);
}

// Drops the oldest connection of the client that has the most connections. There must be an open one.
void Clients::make_room() {
    const auto most =
        std::max_element(counts_.begin(), counts_.end(),
                         [](const auto& one, const auto& other) { return one.second < other.second; });
    drop(std::find_if(open_.begin(), open_.end(),
                      [&](const auto& each) { return each.second.address == most->first; }));
}

void Clients::make_room_for_answer(std::size_t bytes) {
    while (held_bytes_ != 0 && held_bytes_ + bytes > bounds_.answer_bytes) {
        drop(std::find_if(open_.begin(), open_.end(),
                          [](const auto& each) { return each.second.state == Client::State::Reads; }));
    }
}

void Clients::drop(Open::iterator client) {
    if (client->second.state == Client::State::Reads) held_bytes_ -= client->second.text.size();
    const auto counted = counts_.find(client->second.address);
    if (--counted->second == 0) counts_.erase(counted);
    open_.erase(client);  // closes the descriptor, which ends its events
}

// Drops the connections whose time is over. All have the same limit, so the oldest is the first to be late.
void Clients::drop_late() {
    if (open_.empty()) return;
    const auto now = Clock::now();
    while (!open_.empty() && open_.begin()->second.until <= now) drop(open_.begin());
}

// Sets the timer: while listening, to the time limit of the oldest connection; otherwise to the next try to
// accept. If the oldest connection ends before its limit, the timer only causes one more call of serve().
// While listening without connections there is no timer.
void Clients::set_timer() {
    if (timer_is_set_ || (open_.empty() && is_listening_)) return;
    const auto at = is_listening_ ? open_.begin()->second.until : Clock::now() + kRest;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
    const itimerspec when{{}, {ns / 1'000'000'000, ns % 1'000'000'000}};
    timer_is_set_ = ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0;
}

void Clients::want(int fd, std::uint64_t number, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = number;
    if (::epoll_ctl(events_.get(), operation, fd, &event) != 0)
        throw system_failure(ExitStatus::InputOutput, "epoll_ctl", "for clients", errno);
}

bool Clients::go_on(std::uint64_t number, Client& client) {
    switch (client.state) {
        case Client::State::Asks:
            return hear(number, client);
        case Client::State::Waits:
            return false;  // nothing is asked of epoll but that its end is told
        case Client::State::Reads:
            return send(number, client);
        case Client::State::Leaves:
            break;
    }
    return see_off(client);
}

bool Clients::hear(std::uint64_t number, Client& client) {
    std::array<char, 4096> buffer;
    const std::size_t room = bounds_.request_bytes - client.text.size();
    const auto size = ::recv(client.fd.get(), buffer.data(), std::min(room, buffer.size()), 0);
    if (size < 0) return has_nothing_now(errno);
    client.text.append(buffer.data(), static_cast<std::size_t>(size));
    const bool is_all = size == 0 || client.text.size() == bounds_.request_bytes;
    return is_all || is_whole(client.text) ? ask(number, client) : true;
}

bool Clients::ask(std::uint64_t number, Client& client) {
    auto text = answer_to_(client.text, number);
    if (text) return begin_answer(number, client, *std::move(text));
    client.state = Client::State::Waits;
    client.text = {};
    want(client.fd.get(), number, 0, EPOLL_CTL_MOD);
    return true;
}

void Clients::answer(std::uint64_t number, std::string text) {
    const auto client = open_.find(number);
    if (client == open_.end() || client->second.state != Client::State::Waits) return;
    if (!begin_answer(number, client->second, std::move(text))) drop(client);
}

bool Clients::begin_answer(std::uint64_t number, Client& client, std::string text) {
    if (text.empty()) return false;
    make_room_for_answer(text.size());
    client.text = std::move(text);
    client.state = Client::State::Reads;
    held_bytes_ += client.text.size();
    want(client.fd.get(), number, EPOLLOUT, EPOLL_CTL_MOD);
    return send(number, client);
}

bool Clients::send(std::uint64_t number, Client& client) {
    const std::string_view rest = std::string_view(client.text).substr(client.done);
    const auto size = ::send(client.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0) return has_nothing_now(errno);
    client.done += static_cast<std::size_t>(size);
    if (client.done < client.text.size()) return true;
    // Do not close yet: if bytes of the client are still unread, the system would reset the connection, and
    // the answer might be lost.
    held_bytes_ -= client.text.size();
    client.state = Client::State::Leaves;
    client.done = 0;
    client.text = {};
    ::shutdown(client.fd.get(), SHUT_WR);
    want(client.fd.get(), number, EPOLLIN, EPOLL_CTL_MOD);
    return see_off(client);
}

bool Clients::see_off(Client& client) {
    std::array<char, 16'384> ignored;
    const auto size = ::recv(client.fd.get(), ignored.data(), ignored.size(), 0);
    if (size < 0) return has_nothing_now(errno);
    client.done += static_cast<std::size_t>(size);
    return size != 0 && client.done < kMostIgnoredBytes;
}

}  // namespace pipeline
