/* test_crypto_pool.c: whose turn it is when many wait, who makes room, who is too late. */
#include "base/clock.h"
#include "base/testing.h"
#include "http/crypto_pool.h"
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 1024 };
/* Stands for an exchange: the pool does not look inside. */
struct exchange {
    int number;
};
static struct exchange job[MOST];
static int order[MOST], dropped[MOST];
static atomic_int begun, worked, late, gate;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void work(struct exchange *x)
{
    atomic_fetch_add(&begun, 1);
    while (atomic_load(&gate) != 0) (void)usleep(1000);
    (void)pthread_mutex_lock(&lock);
    order[atomic_load(&worked)] = x->number; /* before it is counted: readers go by the count */
    atomic_fetch_add(&worked, 1);
    (void)pthread_mutex_unlock(&lock);
}

static void drop(struct exchange *x)
{
    (void)pthread_mutex_lock(&lock);
    dropped[atomic_load(&late)] = x->number;
    atomic_fetch_add(&late, 1);
    (void)pthread_mutex_unlock(&lock);
}

static struct crypto_pool *start(void)
{
    for (int i = 0; i < MOST; i++) job[i].number = i;
    atomic_store(&begun, 0), atomic_store(&worked, 0), atomic_store(&late, 0), atomic_store(&gate, 1);
    struct crypto_pool *p = crypto_pool_start(1, work, drop);
    assert_non_null(p);
    return p;
}

static bool put(struct crypto_pool *p, int number, uint64_t narrow, uint64_t middle, uint64_t wide)
{
    const uint64_t network[CRYPTO_LEVELS] = { narrow, middle, wide };
    return crypto_pool_submit(p, &job[number], network);
}

static void wait_for(atomic_int *count, int wanted)
{
    for (int i = 0; atomic_load(count) < wanted && i < 30000; i++) (void)usleep(1000);
    assert_int_equal(atomic_load(count), wanted);
}

/* The thread holds one at the gate, so that the rest waits. */
static void hold_one(struct crypto_pool *p)
{
    assert_true(put(p, 0, 9001, 9001, 9001));
    wait_for(&begun, 1);
}

static int place_of(int number)
{
    for (int i = 0; i < atomic_load(&worked); i++)
        if (order[i] == number) return i;
    fail_msg("%d was not worked", number);
    return -1;
}

static void a_crowd_waits_behind_itself(void **state)
{
    (void)state;
    struct crypto_pool *p = start();
    hold_one(p);
    for (int i = 1; i <= 200; i++) assert_true(put(p, i, (uint64_t)i, 50, 60)); /* 200 of /64 in one /48 */
    assert_true(put(p, 300, 1, 2, 3));
    assert_true(put(p, 301, 1, 2, 3));
    assert_true(put(p, 302, 7, 8, 9));
    atomic_store(&gate, 0);
    wait_for(&worked, 204);
    assert_true(place_of(300) <= 3 && place_of(302) <= 3);
    assert_true(place_of(301) <= 5); /* one of the crowd between */
    assert_true(place_of(300) < place_of(301));
    crypto_pool_stop(p);
}

/* Inside a wide network the same: one customer of it does not keep out the other. */
static void fair_inside_a_network(void **state)
{
    (void)state;
    struct crypto_pool *p = start();
    hold_one(p);
    for (int i = 1; i <= 100; i++) assert_true(put(p, i, 11, 21, 31));
    assert_true(put(p, 200, 12, 21, 31));
    assert_true(put(p, 201, 13, 22, 31));
    atomic_store(&gate, 0);
    wait_for(&worked, 103);
    assert_true(place_of(200) <= 4 && place_of(201) <= 4);
    crypto_pool_stop(p);
}

static void a_full_queue_makes_room_for_others(void **state)
{
    (void)state;
    struct crypto_pool *p = start();
    hold_one(p);
    for (int i = 1; i <= CRYPTO_QUEUE_MAX; i++) assert_true(put(p, i, (uint64_t)i, 50, 60));
    assert_false(put(p, 500, 1, 50, 60)); /* who fills it gets no more */
    assert_true(put(p, 600, 1, 2, 3));
    assert_int_equal(atomic_load(&late), 1);
    assert_int_equal(dropped[0], CRYPTO_QUEUE_MAX); /* the newest of the crowd */
    atomic_store(&gate, 0);
    wait_for(&worked, CRYPTO_QUEUE_MAX + 1);
    assert_true(place_of(600) <= 2);
    crypto_pool_stop(p);
}

static void who_waited_too_long_is_not_worked_for(void **state)
{
    (void)state;
    struct crypto_pool *p = start();
    hold_one(p);
    for (int i = 1; i <= 20; i++) assert_true(put(p, i, 1, 2, 3));
    clock_advance_ms(CRYPTO_WAIT_MAX_MS + 1);
    assert_true(put(p, 30, 1, 2, 3));
    atomic_store(&gate, 0);
    wait_for(&late, 20);
    wait_for(&worked, 2);
    (void)place_of(30);
    crypto_pool_stop(p);
    assert_int_equal(atomic_load(&worked), 2);
}

static void a_stop_works_off_what_waits(void **state)
{
    (void)state;
    struct crypto_pool *p = start();
    hold_one(p);
    for (int i = 1; i <= 5; i++) assert_true(put(p, i, 1, 2, 3));
    atomic_store(&gate, 0);
    crypto_pool_stop(p);
    assert_int_equal(atomic_load(&worked), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_waits_behind_itself),        cmocka_unit_test(fair_inside_a_network),
        cmocka_unit_test(a_full_queue_makes_room_for_others), cmocka_unit_test(who_waited_too_long_is_not_worked_for),
        cmocka_unit_test(a_stop_works_off_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
