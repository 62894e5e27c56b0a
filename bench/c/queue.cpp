/* An M/M/c queue by a std::priority_queue of events. Usage: queue RATE MEAN SERVERS END. Prints CPU seconds, events, mean wait. */
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <queue>
#include <random>
#include <vector>

struct Event {
  double time;
  unsigned long order;
  int kind, who;
};
struct Later {
  bool operator()(const Event &a, const Event &b) const {
    return a.time > b.time || (a.time == b.time && a.order > b.order);
  }
};

int main(int, char **argv) {
  const double rate = atof(argv[1]), mean = atof(argv[2]), end = atof(argv[4]);
  int idle = atoi(argv[3]);
  std::mt19937_64 source(1);
  std::exponential_distribution<double> gap(rate), service(1 / mean);
  std::priority_queue<Event, std::vector<Event>, Later> calendar;
  std::deque<int> line;
  std::vector<double> since;
  std::vector<int> rows;
  unsigned long order = 0;
  long served = 0, events = 0;
  double waited = 0;
  const clock_t start = clock();
  calendar.push({gap(source), order++, 0, 0});
  while (calendar.top().time <= end) {
    const Event event = calendar.top();
    calendar.pop();
    const double now = event.time;
    events++;
    if (event.kind == 0) {
      int who;
      if (rows.empty()) {
        who = (int)since.size();
        since.push_back(0);
      } else {
        who = rows.back();
        rows.pop_back();
      }
      since[who] = now;
      if (idle > 0) {
        idle--;
        served++;
        calendar.push({now + service(source), order++, 1, who});
      } else {
        line.push_back(who);
      }
      calendar.push({now + gap(source), order++, 0, 0});
    } else {
      rows.push_back(event.who);
      if (line.empty()) {
        idle++;
      } else {
        const int who = line.front();
        line.pop_front();
        waited += now - since[who];
        served++;
        calendar.push({now + service(source), order++, 1, who});
      }
    }
  }
  printf("%g\n%ld\n%.9g\n", (double)(clock() - start) / CLOCKS_PER_SEC, events, waited / served);
  return 0;
}
