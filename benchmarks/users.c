/* The users of every account, written by hand in C: what the compiled engine's loop is measured against.
 *
 * The same model (docs/model.md, 2 to 5: organic and imitation trials, upgrades, win-backs, trials and Lomax tenures of
 * free and paid users), the same draws and elementary functions, the same method (an account is carried forward alone
 * to the month's end; a heap of timers and hazard clocks for each), so the counts of events must be equal.
 * Build: gcc -O3 -march=native -ffp-contract=off -shared -fPIC
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ORGANIC, IMITATION, UPGRADE, WIN_BACK, CLOCKS };
enum { TRIAL, FREE, PAID };
static const int STREAM_OF_CLOCK[CLOCKS] = {16 + 0, 16 + 1, 16 + 3, 16 + 4};
enum { ORGANIC_TRIALS, IMITATION_TRIALS, ACTIVATIONS, CONVERSIONS, UPGRADES, LAPSES, WIN_BACKS, FLOWS };
enum { ACTIVATION = 33, TO_PAID = 34, KEEP_FREE = 35, UPGRADE_PICK = 36, TENURE = 1 << 16 };

typedef struct { double hazard, square, scale; } tenure_rule;  /* Lomax: h, c^2, h c^2 */

typedef struct {
    double organic, imitation, upgrade, win_back, trial_days, activation, to_paid, keep_free;
    tenure_rule free, paid;
} rules;

typedef struct { double time; int32_t order, slot; } timer;
typedef struct { int32_t number, plan, tenures, place, free; } user;
typedef struct { double remaining, hazard, since, due; int64_t fired; } clock_state;

typedef struct {
    int32_t eligible, in_trial, free, paid, lapsed, headcount, joined, room, count;
    uint32_t k0, k1, number;
    int64_t at;
    double frailty, used_until, clock_due, user_days[2];
    clock_state clocks[CLOCKS];
} account;

typedef struct {
    const rules *rules;
    const double *inverse, *log_high, *log_low, *power_of_two, *power_rest;
    double ln2_high, ln2_low, step_high, step_low, steps;
    uint32_t replication;
    account *accounts;
    int64_t accounts_count, events, slots, slots_room;
    timer *timers;
    user *users;
    int64_t *flows; /* [month, flow]; while it runs, the present month's */
} world;

static inline uint64_t bits_of(double x) { uint64_t b; memcpy(&b, &x, 8); return b; }
static inline double float_of(uint64_t b) { double x; memcpy(&x, &b, 8); return x; }

static inline double uniform(const account *a, uint32_t c0, uint32_t stream, uint32_t index) {
    uint32_t k0 = a->k0, k1 = a->k1, c1 = a->number, c2 = stream, c3 = index;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)c0 * 0xD2511F53u, p1 = (uint64_t)c2 * 0xCD9E8D57u;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return ((double)((uint64_t)c0 << 20 | c1 >> 12) + 0.5) * 2.220446049250313e-16;
}

static inline double log_sum(const world *w, int64_t k, int cell, double r, double rest) {
    double high = (double)k * w->ln2_high + w->log_high[cell], first = high + r;
    rest = rest + ((high - first) + r) + ((double)k * w->ln2_low + w->log_low[cell]);
    double p = 0.14285718254779493 + r * (-0.1250012594894326 + r * 0.10998638586649159);
    p = 0.3333333333333333 +
        r * (-0.24999999999999983 + r * (0.1999999999996303 + r * (-0.16666666668936683 + r * p)));
    return first + (rest + (r * r) * (r * p - 0.5));
}

/* -log(1 - u) for u in (0, 1): 1 - u is exact, as are the parts that `elementary.log1p` corrects for. */
static inline double exponential(const world *w, double u) {
    double x = -u, total = 1.0 + x, back = total - 1.0;
    double lost = (1.0 - (total - back)) + (x - back);
    const int64_t origin = 0x3FE6A00000000000; /* the bits of 181 / 256 */
    int64_t bits = (int64_t)bits_of(total), offset = bits - origin, k = offset >> 52;
    int cell = (offset >> 45) & 127;
    bits -= k << 52;
    double high = float_of((uint64_t)bits & ~((1ull << 21) - 1)), c = w->inverse[cell];
    double r_high = high * c - 1.0, r_low = (float_of((uint64_t)bits) - high) * c;
    double r_exact = r_high + r_low, rest = (r_high - r_exact) + r_low;
    double more = lost * float_of((uint64_t)(1023 - k) << 52) * c, r = r_exact + more;
    return -log_sum(w, k, cell, r, rest + ((r_exact - r) + more));
}

static double expm1_of(const world *w, double x) {
    if (!(-40.0 < x && x < 40.0)) return exp(x) - 1.0; /* does not happen: -log(u) is below 37.5 */
    if (-0.015625 < x && x < 0.015625) {
        double series = 1.0 / 120 + x * (1.0 / 720 + x * (1.0 / 5040 + x * (1.0 / 40320)));
        return x + x * x * (0.5 + x * (1.0 / 6 + x * (1.0 / 24 + x * series)));
    }
    const double round = 1.5 * 4503599627370496.0;
    double steps = (x * w->steps + round) - round;
    int64_t n = (int64_t)steps, k = n >> 7;
    int j = n & 127;
    double r = (x - steps * w->step_high) + (0.0 - steps * w->step_low);
    double q = 0.16666666666666533 +
               r * (0.0416666666666665 + r * (0.008333334790496161 + r * 0.0013888890710342392));
    double s = w->power_of_two[j], p = r + (r * r * (0.5 + r * q) + w->power_rest[j]);
    s = float_of(bits_of(s) + ((uint64_t)k << 52));
    double first = s - 1.0, lost = s >= 1.0 ? (s - first) - 1.0 : s - (first + 1.0);
    return first + (lost + s * p);
}

static inline double tenure(const world *w, const account *a, const tenure_rule *rule, user *u) {
    double amount = exponential(w, uniform(a, w->replication, TENURE + u->tenures++, u->number));
    return rule->scale == 0.0 ? amount / rule->hazard : expm1_of(w, rule->square * amount) / rule->scale;
}

static inline int before(const timer *a, const timer *b) {
    return (a->time < b->time) | ((a->time == b->time) & (a->order < b->order));
}

static inline void rise(timer *heap, int64_t entry, timer moved) {
    while (entry > 0) {
        int64_t parent = (entry - 1) >> 2;
        if (before(&heap[parent], &moved)) break;
        heap[entry] = heap[parent];
        entry = parent;
    }
    heap[entry] = moved;
}

static inline int64_t first_child(const timer *heap, int64_t first, int64_t count) {
    if (first + 3 < count) {
        int64_t one = before(&heap[first + 1], &heap[first]) ? first + 1 : first;
        int64_t two = before(&heap[first + 3], &heap[first + 2]) ? first + 3 : first + 2;
        return before(&heap[two], &heap[one]) ? two : one;
    }
    int64_t found = first;
    for (int64_t child = first + 1; child < count; child++)
        if (before(&heap[child], &heap[found])) found = child;
    return found;
}

static inline void sink(timer *heap, int64_t entry, int64_t count, timer moved) {
    while (4 * entry + 1 < count) {
        int64_t child = first_child(heap, 4 * entry + 1, count);
        if (before(&moved, &heap[child])) break;
        heap[entry] = heap[child];
        entry = child;
    }
    heap[entry] = moved;
}

static inline void settle(timer *heap, int64_t entry, int64_t count, timer moved) {
    if (entry > 0 && before(&moved, &heap[(entry - 1) >> 2])) rise(heap, entry, moved);
    else sink(heap, entry, count, moved);
}

static inline void run_at(account *a, int number, double hazard, double now) {
    clock_state *c = &a->clocks[number];
    if (hazard == c->hazard) return;
    double left = c->remaining - c->hazard * (now - c->since);
    c->remaining = left > 0.0 ? left : 0.0;
    c->since = now;
    c->hazard = hazard;
    c->due = hazard > 0.0 ? now + c->remaining / hazard : INFINITY;
}

static inline void refresh(const rules *r, account *a, double now) {
    int active = a->free + a->paid;
    run_at(a, ORGANIC, r->organic * a->frailty * a->eligible, now);
    double told = 0.0;
    if (active && a->eligible)
        told = r->imitation * a->frailty * active * ((double)a->eligible / a->headcount);
    run_at(a, IMITATION, told, now);
    run_at(a, UPGRADE, r->upgrade * a->free, now);
    run_at(a, WIN_BACK, r->win_back * a->lapsed, now);
    double due = a->clocks[0].due;
    for (int n = 1; n < CLOCKS; n++)
        if (a->clocks[n].due < due) due = a->clocks[n].due;
    a->clock_due = due;
}

static inline int64_t rewind_clock(const world *w, account *a, int number, double now) {
    clock_state *c = &a->clocks[number];
    int64_t fired = c->fired++;
    c->remaining = exponential(w, uniform(a, w->replication, STREAM_OF_CLOCK[number], fired + 1));
    c->since = now;
    c->due = c->hazard > 0.0 ? now + c->remaining / c->hazard : INFINITY;
    return fired;
}

static inline void settle_use(account *a, double now) {
    double gap = now - a->used_until;
    if (gap > 0.0) {
        a->user_days[0] += a->free * gap;
        a->user_days[1] += a->paid * gap;
        a->used_until = now;
    }
}

static inline void count_free(user *users, account *a, int32_t slot) {
    users[slot].place = a->free;
    users[a->free++].free = slot;
}

static inline void uncount_free(user *users, account *a, int32_t slot) {
    int32_t last = users[--a->free].free, place = users[slot].place;
    users[place].free = last;
    users[last].place = place;
}

static int make_room(world *w, account *a) {
    if (a->count < a->room) return 1;
    int64_t room = a->room ? 2 * (int64_t)a->room : 4;
    if (room > a->headcount) room = a->headcount;
    if (w->slots + room > w->slots_room) {
        w->slots_room = 2 * w->slots_room + room;
        w->timers = realloc(w->timers, w->slots_room * sizeof(timer));
        w->users = realloc(w->users, w->slots_room * sizeof(user));
        if (!w->timers || !w->users) return 0;
    }
    memcpy(w->timers + w->slots, w->timers + a->at, a->room * sizeof(timer));
    memcpy(w->users + w->slots, w->users + a->at, a->room * sizeof(user));
    for (int64_t place = a->room; place < room; place++) w->timers[w->slots + place].slot = (int32_t)place;
    a->at = w->slots;
    a->room = (int32_t)room;
    w->slots += room;
    return 1;
}

static inline void start_trial(world *w, account *a, double now) {
    timer *heap = w->timers + a->at;
    int32_t slot = heap[a->count].slot, number = a->joined++;
    user *u = &w->users[a->at + slot];
    u->number = number; /* its `free` is an entry of the list of free users, not the user's own */
    u->plan = TRIAL;
    u->tenures = 0;
    a->eligible--;
    a->in_trial++;
    rise(heap, a->count++, (timer){now + w->rules->trial_days, (int32_t)(number - 2147483648ll), slot});
}

static inline void remove_first(world *w, account *a) {
    timer *heap = w->timers + a->at;
    user *users = w->users + a->at;
    int32_t slot = heap[0].slot;
    w->flows[LAPSES]++;
    if (users[slot].plan == FREE) uncount_free(users, a, slot);
    else if (users[slot].plan == PAID) a->paid--;
    else a->in_trial--;
    a->lapsed++;
    timer last = heap[--a->count];
    heap[a->count].slot = slot;
    if (a->count) sink(heap, 0, a->count, last);
}

static inline void end_trial(world *w, account *a, int32_t slot, double now) {
    const rules *r = w->rules;
    user *users = w->users + a->at, *u = &users[slot];
    int plan = TRIAL;
    if (uniform(a, w->replication, ACTIVATION, u->number) < r->activation) {
        double paid = uniform(a, w->replication, TO_PAID, u->number);
        double free = uniform(a, w->replication, KEEP_FREE, u->number);
        plan = paid < r->to_paid ? PAID : free < r->keep_free ? FREE : TRIAL;
        w->flows[ACTIVATIONS]++;
        w->flows[CONVERSIONS] += plan == PAID;
    }
    if (plan == TRIAL) {
        remove_first(w, a);
        return;
    }
    settle_use(a, now);
    a->in_trial--;
    u->plan = plan;
    if (plan == FREE) count_free(users, a, slot);
    else a->paid++;
    double end = now + tenure(w, a, plan == FREE ? &r->free : &r->paid, u);
    sink(w->timers + a->at, 0, a->count, (timer){end, u->number, slot});
}

static inline void upgrade(world *w, account *a, int64_t nth, double now) {
    settle_use(a, now);
    int32_t place = (int32_t)(uniform(a, w->replication, UPGRADE_PICK, nth) * a->free);
    if (place >= a->free) place = a->free - 1;
    user *users = w->users + a->at;
    timer *heap = w->timers + a->at;
    int32_t slot = users[place].free, entry = 0;
    uncount_free(users, a, slot);
    users[slot].plan = PAID;
    a->paid++;
    while (heap[entry].slot != slot) entry++;
    double end = now + tenure(w, a, &w->rules->paid, &users[slot]);
    settle(heap, entry, a->count, (timer){end, users[slot].number, slot});
}

static inline int fire(world *w, account *a, double now) {
    int number = 0;
    while (a->clocks[number].due != a->clock_due) number++;
    if (number <= IMITATION && !make_room(w, a)) return 0;
    int64_t nth = rewind_clock(w, a, number, now);
    static const int flow[CLOCKS] = {ORGANIC_TRIALS, IMITATION_TRIALS, UPGRADES, WIN_BACKS};
    w->flows[flow[number]]++;
    if (number <= IMITATION) start_trial(w, a, now);
    else if (number == UPGRADE) upgrade(w, a, nth, now);
    else {
        a->lapsed--;
        a->eligible++;
    }
    return 1;
}

static int run_account(world *w, account *a, double limit) {
    for (;;) {
        double first = a->count ? w->timers[a->at].time : INFINITY;
        double now = first < a->clock_due ? first : a->clock_due;
        if (now >= limit) return 1;
        if (first <= a->clock_due) {
            int32_t slot = w->timers[a->at].slot;
            if (w->users[a->at + slot].plan == TRIAL) end_trial(w, a, slot, now);
            else {
                settle_use(a, now);
                remove_first(w, a);
            }
        } else if (!fire(w, a, now)) return 0;
        w->events++;
        refresh(w->rules, a, now);
    }
}

/* Events of all accounts up to the horizon, month by month; -1 when memory has run out. */
int64_t run(world *w, const double *month_ends, int64_t months) {
    for (int64_t n = 0; n < w->accounts_count; n++) {
        account *a = &w->accounts[n];
        for (int c = 0; c < CLOCKS; c++) {
            a->clocks[c].remaining = exponential(w, uniform(a, w->replication, STREAM_OF_CLOCK[c], 0));
            a->clocks[c].due = INFINITY;
        }
        refresh(w->rules, a, 0.0);
    }
    for (int64_t month = 0; month < months; month++, w->flows += FLOWS)
        for (int64_t n = 0; n < w->accounts_count; n++)
            if (!run_account(w, &w->accounts[n], month_ends[month])) return -1;
    return w->events;
}

/* Gives back what has grown; otherwise the next replication uses it, as the engine does. */
void release(world *w) {
    free(w->timers);
    free(w->users);
    w->timers = NULL;
    w->users = NULL;
    w->slots_room = 0;
}
