/* The users of every account, written by hand in C: what the compiled engine's loop is measured against.
 *
 * The same model (docs/model.md, 2 to 5: organic and imitation trials, upgrades, win-backs, trials and Lomax tenures,
 * teams and their plans, a level of the market, accounts that enter later), the same draws and elementary functions, the
 * same method (an account is carried forward alone to the month's end; a heap of timers, hazard clocks and a tree of
 * sums over teams for each), so the counts of events must be equal.
 * Build: gcc -O3 -march=native -ffp-contract=off -shared -fPIC
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ORGANIC, IMITATION, UPGRADE, WIN_BACK, TEAM_PLAN, CLOCKS };
enum { TRIAL, FREE, PAID, TEAM, GONE };
static const int STREAM_OF_CLOCK[CLOCKS] = {16 + 0, 16 + 1, 16 + 3, 16 + 4, 16 + 9};
enum { ORGANIC_TRIALS, IMITATION_TRIALS, ACTIVATIONS, CONVERSIONS, UPGRADES, LAPSES, WIN_BACKS };
enum { PLANS_STARTED = WIN_BACKS + 1, PLANS_ENDED, FLOWS };
enum { ACTIVATION = 33, TO_PAID = 34, KEEP_FREE = 35, UPGRADE_PICK = 36, TEAM_SIZE = 48, TENURE = 1 << 16 };
enum { KEEP_FREE_AT_TEAM_END = 1 << 28 };
enum { CHILDREN = 8 };
static const double UNITS = 2147483648.0; /* of a person, in sums of word of mouth */

typedef struct { double hazard, square, scale; } tenure_rule;  /* Lomax: h, c^2, h c^2 */

typedef struct {
    double organic, imitation, upgrade, win_back, trial_days, activation, to_paid, keep_free;
    tenure_rule free, paid, team;
    double across_teams, team_rate, min_users, least_size, most_size; /* sizes are uniform; 0: no teams */
} rules;

typedef struct { double time; int32_t order, slot; } timer;
typedef struct { int32_t number, plan, tenures, place, free, team; } user;
typedef struct { double remaining, hazard, since, due; int32_t fired; uint32_t team_word; } clock_state;
typedef struct { int32_t people, paying; } team;
typedef struct { int64_t reached; int32_t not_using, lapsed, ready, active; } node;

typedef struct {
    int32_t eligible, in_trial, free, paid, team, lapsed, headcount, joined, room, count;
    int32_t teams, first_leaf, active_teams, paying_teams, plan_ends;
    uint32_t k0, k1, number;
    int64_t at, first_team, tree;
    double frailty, entry, used_until, clock_due, user_days[3];
    clock_state clocks[CLOCKS];
} account;

typedef struct {
    const rules *rules;
    const double *inverse, *log_high, *log_low, *power_of_two, *power_rest;
    double ln2_high, ln2_low, step_high, step_low, steps;
    uint32_t replication;
    double level; /* of the market, this month */
    account *accounts;
    int64_t accounts_count, events, slots, slots_room, teams_count, teams_room, nodes_count, nodes_room;
    timer *timers;
    user *users;
    team *teams;
    node *nodes;
    int64_t *flows; /* the present month's */
} world;

static inline uint64_t bits_of(double x) { uint64_t b; memcpy(&b, &x, 8); return b; }
static inline double float_of(uint64_t b) { double x; memcpy(&x, &b, 8); return x; }

static inline double uniform_and_word(const account *a, uint32_t c0, uint32_t stream, uint32_t index, uint32_t *word) {
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
    *word = c2;
    return ((double)((uint64_t)c0 << 20 | c1 >> 12) + 0.5) * 2.220446049250313e-16;
}

static inline double uniform(const account *a, uint32_t replication, uint32_t stream, uint32_t index) {
    uint32_t word;
    return uniform_and_word(a, replication, stream, index, &word);
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

static inline double convinced(int32_t active, int32_t people) { return active * (1.0 / people); }

static inline void add_to_sums(node *tree, int64_t leaf, node more) {
    for (int64_t n = leaf; n >= 0; n = (n - 1) >> 3) {
        tree[n].not_using += more.not_using;
        tree[n].lapsed += more.lapsed;
        tree[n].reached += more.reached;
        tree[n].ready += more.ready;
    }
}

static inline void move_in_team(world *w, account *a, int32_t number, int not_using, int active, int lapsed) {
    if (!a->teams) return;
    const team *of = &w->teams[a->first_team + number];
    node *tree = w->nodes + a->tree, *leaf = &tree[a->first_leaf + number];
    a->active_teams += (leaf->active + active > 0) - (leaf->active > 0);
    leaf->active += active;
    int32_t idle = leaf->not_using + not_using;
    int64_t reached = (int64_t)(idle * convinced(leaf->active, of->people) * UNITS + 0.5);
    int32_t ready = !of->paying && leaf->active >= w->rules->min_users;
    add_to_sums(tree, a->first_leaf + number,
                (node){reached - leaf->reached, not_using, lapsed, ready - leaf->ready, 0});
}

static int draw_teams(world *w, account *a) {
    const rules *r = w->rules;
    int64_t most = a->headcount / 2 + 1;
    if (w->teams_count + most > w->teams_room) {
        w->teams_room = 2 * w->teams_room + most;
        w->teams = realloc(w->teams, w->teams_room * sizeof(team));
        if (!w->teams) return 0;
    }
    team *teams = w->teams + w->teams_count;
    int32_t count = 0;
    for (int32_t left = a->headcount; left > 0; left -= teams[count++].people) {
        double u = uniform(a, w->replication, TEAM_SIZE, count);
        double drawn = r->least_size + u * (r->most_size - r->least_size);
        int32_t size = drawn >= left ? left : (int32_t)(drawn + 0.5) < 2 ? 2 : (int32_t)(drawn + 0.5);
        teams[count] = (team){left - size < 2 ? left : size, 0};
    }
    int32_t leaf = 0;
    for (int32_t width = 1; width < count; width *= CHILDREN) leaf += width;
    if (w->nodes_count + leaf + count > w->nodes_room) {
        w->nodes_room = 2 * w->nodes_room + leaf + count;
        w->nodes = realloc(w->nodes, w->nodes_room * sizeof(node));
        if (!w->nodes) return 0;
    }
    a->teams = count;
    a->first_leaf = leaf;
    a->first_team = w->teams_count;
    a->tree = w->nodes_count;
    w->teams_count += count;
    w->nodes_count += leaf + count;
    memset(w->nodes + a->tree, 0, (leaf + count) * sizeof(node));
    for (int32_t n = 0; n < count; n++) add_to_sums(w->nodes + a->tree, leaf + n, (node){0, teams[n].people, 0, 0, 0});
    return 1;
}

/* The team of the one at a place among those whom a field counts, team by team. */
#define TEAM_AT(field)                                                                  \
    static inline int32_t team_at_##field(const world *w, const account *a, int64_t place) { \
        const node *tree = w->nodes + a->tree;                                          \
        int64_t n = 0, size = a->first_leaf + a->teams;                                 \
        while (n < a->first_leaf) {                                                     \
            int64_t first = CHILDREN * n + 1, before = 0, end = 0;                      \
            int64_t last = first + CHILDREN < size ? first + CHILDREN : size;           \
            n = first;                                                                  \
            for (int64_t child = first; child < last; child++) {                        \
                end += tree[child].field;                                               \
                before = place >= end ? end : before;                                   \
                n += place >= end;                                                      \
            }                                                                           \
            place -= before;                                                            \
        }                                                                               \
        return (int32_t)(n - a->first_leaf);                                            \
    }                                                                                   \
    static inline int32_t any_##field(const world *w, const account *a, double u) {     \
        if (!a->teams) return 0;                                                        \
        int64_t heads = w->nodes[a->tree].field, place = (int64_t)(u * heads);          \
        return team_at_##field(w, a, place < heads ? place : heads - 1);                \
    }
TEAM_AT(not_using)
TEAM_AT(lapsed)
TEAM_AT(ready)
TEAM_AT(reached)

static inline double inside_weight(const rules *r) { return (1.0 - r->across_teams) / UNITS; }

static inline double anywhere_weight(const rules *r, const account *a, int32_t active) {
    return r->across_teams * convinced(active, a->headcount);
}

static inline int32_t team_reached(const world *w, const account *a, double u, int32_t active) {
    const node *root = &w->nodes[a->tree];
    double inside = inside_weight(w->rules), anywhere = anywhere_weight(w->rules, a, active);
    double in_teams = inside * root->reached, rest = u * (in_teams + anywhere * root->not_using);
    if (rest < in_teams || anywhere * root->not_using <= 0.0) {
        int64_t place = (int64_t)(rest / inside);
        return team_at_reached(w, a, place < root->reached ? place : root->reached - 1);
    }
    int64_t place = (int64_t)((rest - in_teams) / anywhere);
    return team_at_not_using(w, a, place < root->not_using ? place : root->not_using - 1);
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

static inline void refresh(const world *w, account *a, double now) {
    const rules *r = w->rules;
    const node *root = &w->nodes[a->tree];
    int active = a->free + a->paid + a->team;
    run_at(a, ORGANIC, r->organic * w->level * a->frailty * a->eligible, now);
    double told = 0.0, rate = r->imitation * w->level * a->frailty;
    if (a->teams)
        told = rate * (inside_weight(r) * root->reached + anywhere_weight(r, a, active) * root->not_using);
    else if (active && a->eligible)
        told = rate * active * ((double)a->eligible / a->headcount);
    run_at(a, IMITATION, told, now);
    run_at(a, UPGRADE, r->upgrade * a->free, now);
    run_at(a, WIN_BACK, r->win_back * a->lapsed, now);
    run_at(a, TEAM_PLAN, a->teams ? r->team_rate * root->ready : 0.0, now);
    double due = a->clocks[0].due;
    for (int n = 1; n < CLOCKS; n++)
        if (a->clocks[n].due < due) due = a->clocks[n].due;
    a->clock_due = due;
}

static inline int32_t rewind_clock(const world *w, account *a, int number, double now, double *of_team) {
    clock_state *c = &a->clocks[number];
    int32_t fired = c->fired++;
    *of_team = (c->team_word + 0.5) * 2.3283064365386963e-10;
    c->remaining =
        exponential(w, uniform_and_word(a, w->replication, STREAM_OF_CLOCK[number], fired + 1, &c->team_word));
    c->since = now;
    c->due = c->hazard > 0.0 ? now + c->remaining / c->hazard : INFINITY;
    return fired;
}

static inline void settle_use(account *a, double now) {
    double gap = now - a->used_until;
    if (gap > 0.0) {
        a->user_days[0] += a->free * gap;
        a->user_days[1] += a->paid * gap;
        a->user_days[2] += a->team * gap;
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

static inline void start_trial(world *w, account *a, int32_t team, double now) {
    timer *heap = w->timers + a->at;
    int32_t slot = heap[a->count].slot, number = a->joined++;
    user *u = &w->users[a->at + slot];
    u->number = number; /* its `free` is an entry of the list of free users, not the user's own */
    u->plan = TRIAL;
    u->tenures = 0;
    u->team = team;
    a->eligible--;
    a->in_trial++;
    move_in_team(w, a, team, -1, 0, 0);
    rise(heap, a->count++, (timer){now + w->rules->trial_days, (int32_t)(number - 2147483648ll), slot});
}

static inline void remove_first(world *w, account *a) {
    timer *heap = w->timers + a->at;
    user *users = w->users + a->at;
    int32_t slot = heap[0].slot;
    int plan = users[slot].plan;
    w->flows[LAPSES]++;
    if (plan == FREE) uncount_free(users, a, slot);
    else if (plan == PAID) a->paid--;
    else if (plan == TEAM) a->team--;
    else a->in_trial--;
    a->lapsed++;
    move_in_team(w, a, users[slot].team, 0, plan == TRIAL ? 0 : -1, 1);
    timer last = heap[--a->count];
    heap[a->count].slot = slot;
    if (a->count) sink(heap, 0, a->count, last);
}

static inline void end_trial(world *w, account *a, int32_t slot, double now) {
    const rules *r = w->rules;
    user *users = w->users + a->at, *u = &users[slot];
    int plan = TRIAL;
    if (uniform(a, w->replication, ACTIVATION, u->number) < r->activation) {
        if (a->paying_teams && w->teams[a->first_team + u->team].paying) plan = TEAM;
        else {
            double paid = uniform(a, w->replication, TO_PAID, u->number);
            double free = uniform(a, w->replication, KEEP_FREE, u->number);
            plan = paid < r->to_paid ? PAID : free < r->keep_free ? FREE : TRIAL;
        }
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
    else if (plan == PAID) a->paid++;
    else a->team++;
    move_in_team(w, a, u->team, 0, 1, 0);
    double end = now + tenure(w, a, plan == FREE ? &r->free : plan == PAID ? &r->paid : &r->team, u);
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

static inline void set_paying(world *w, account *a, int32_t number, int paying) {
    a->paying_teams += paying ? 1 : -1;
    w->teams[a->first_team + number].paying = paying;
    move_in_team(w, a, number, 0, 0, 0);
}

static void start_team_plan(world *w, account *a, double of_team, double now) {
    timer *heap = w->timers + a->at;
    user *users = w->users + a->at;
    int32_t number = any_ready(w, a, of_team);
    settle_use(a, now);
    for (int32_t place = a->free - 1; place >= 0; place--) {
        int32_t slot = users[place].free;
        if (users[slot].team != number) continue;
        uncount_free(users, a, slot);
        users[slot].plan = TEAM;
        a->team++;
    }
    for (int32_t entry = 0; entry < a->count; entry++) {
        timer moved = heap[entry];
        user *u = &users[moved.slot];
        if (u->team == number && u->plan != TRIAL) {
            if (u->plan == PAID) {
                u->plan = TEAM;
                a->paid--;
                a->team++;
            }
            moved.time = now + tenure(w, a, &w->rules->team, u);
        }
        rise(heap, entry, moved);
    }
    set_paying(w, a, number, 1);
}

static int32_t next_on_plan(const timer *heap, const user *users, const account *a, int32_t team, int32_t after) {
    int32_t found = -1, least = INT32_MAX;
    for (int32_t entry = 0; entry < a->count; entry++) {
        const user *u = &users[heap[entry].slot];
        if (u->team == team && u->plan == TEAM && after < u->number && u->number < least) {
            found = entry;
            least = u->number;
        }
    }
    return found;
}

/* Each user on the plan of a team goes on for free, or lapses. */
static void release_team(world *w, account *a, int32_t number, int stream, double now) {
    timer *heap = w->timers + a->at;
    user *users = w->users + a->at;
    settle_use(a, now);
    int32_t entry = next_on_plan(heap, users, a, number, -1);
    while (entry >= 0) {
        int32_t slot = heap[entry].slot;
        user *u = &users[slot];
        a->team--;
        if (uniform(a, w->replication, stream, u->number) < w->rules->keep_free) {
            u->plan = FREE;
            count_free(users, a, slot);
            heap[entry].time = now + tenure(w, a, &w->rules->free, u);
        } else {
            u->plan = GONE;
            a->lapsed++;
            w->flows[LAPSES]++;
            move_in_team(w, a, number, 0, -1, 1);
        }
        entry = next_on_plan(heap, users, a, number, u->number);
    }
    for (entry = 0; entry < a->count;) {
        int32_t slot = heap[entry].slot;
        if (users[slot].plan == GONE) {
            heap[entry] = heap[--a->count];
            heap[a->count].slot = slot;
        } else entry++;
    }
    for (entry = 1; entry < a->count; entry++) rise(heap, entry, heap[entry]);
}

static void end_team_plans(world *w, account *a, double now) {
    for (int32_t number = 0; number < a->teams; number++) {
        int32_t members = w->nodes[a->tree + a->first_leaf + number].active;
        if (!w->teams[a->first_team + number].paying || members >= w->rules->min_users) continue;
        int stream = KEEP_FREE_AT_TEAM_END + a->plan_ends++;
        w->flows[PLANS_ENDED]++;
        w->events++;
        if (members) release_team(w, a, number, stream, now);
        set_paying(w, a, number, 0);
    }
}

static inline int fire(world *w, account *a, double now) {
    int number = 0;
    while (a->clocks[number].due != a->clock_due) number++;
    if (number <= IMITATION) {
        if (!make_room(w, a)) return 0;
        if (!a->teams && w->rules->most_size > 0.0 && !draw_teams(w, a)) return 0;
    }
    double of_team;
    int32_t nth = rewind_clock(w, a, number, now, &of_team);
    static const int flow[CLOCKS] = {ORGANIC_TRIALS, IMITATION_TRIALS, UPGRADES, WIN_BACKS, PLANS_STARTED};
    w->flows[flow[number]]++;
    if (number == ORGANIC || (number == IMITATION && !a->teams)) start_trial(w, a, any_not_using(w, a, of_team), now);
    else if (number == IMITATION) start_trial(w, a, team_reached(w, a, of_team, a->free + a->paid + a->team), now);
    else if (number == UPGRADE) upgrade(w, a, nth, now);
    else if (number == TEAM_PLAN) start_team_plan(w, a, of_team, now);
    else {
        move_in_team(w, a, any_lapsed(w, a, of_team), 1, 0, -1);
        a->lapsed--;
        a->eligible++;
    }
    return 1;
}

static int run_account(world *w, account *a, double limit) {
    if (a->entry >= limit) return 1;
    if (a->entry > 0.0) {
        double now = a->entry;
        a->entry = 0.0;
        w->events++;
        refresh(w, a, now);
    }
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
        refresh(w, a, now);
    }
}

/* Every account at the start, untouched. */
void begin(world *w) {
    for (int64_t n = 0; n < w->accounts_count; n++) {
        account *a = &w->accounts[n];
        for (int c = 0; c < CLOCKS; c++) {
            clock_state *of = &a->clocks[c];
            of->remaining = exponential(w, uniform_and_word(a, w->replication, STREAM_OF_CLOCK[c], 0, &of->team_word));
            of->due = INFINITY;
        }
        a->clock_due = INFINITY;
        if (a->entry == 0.0) refresh(w, a, 0.0);
    }
}

/* The events of all accounts before a time; 0 when memory has run out. */
int run_until(world *w, double limit) {
    for (int64_t n = 0; n < w->accounts_count; n++)
        if (!run_account(w, &w->accounts[n], limit)) return 0;
    return 1;
}

/* A month ends, an event of its own: the level is the next month's, and team plans end. */
void end_month(world *w, double now, double level) {
    w->level = level;
    w->events++;
    for (int64_t n = 0; n < w->accounts_count; n++) {
        account *a = &w->accounts[n];
        if (a->entry > 0.0) continue;
        refresh(w, a, now);
        if (!a->paying_teams) continue;
        end_team_plans(w, a, now);
        refresh(w, a, now);
    }
}

/* Gives back what has grown; otherwise the next replication uses it, as the engine does. */
void release(world *w) {
    free(w->timers);
    free(w->users);
    free(w->teams);
    free(w->nodes);
    w->timers = NULL;
    w->users = NULL;
    w->teams = NULL;
    w->nodes = NULL;
    w->slots_room = w->teams_room = w->nodes_room = 0;
}
