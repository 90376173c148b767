/**
 * The tables and functions of shared limits. A function is one statement for its caller, and each lets its caller wait
 * until the row of the model or of the budget is its own.
 *
 * @param schema A checked name.
 */
export function limitsSchema(schema: string): string {
  return `
create schema if not exists ${schema};
create table if not exists ${schema}.limits (
  account text, model text, requests float8 not null default 0, tokens float8 not null default 0,
  primary key (account, model));
create table if not exists ${schema}.limit_holders (
  account text, model text, holder text, calls int not null, expires float8 not null,
  primary key (account, model, holder));
create table if not exists ${schema}.limit_penalties (account text primary key, until float8 not null);
create table if not exists ${schema}.budgets (
  run text, scope text, base jsonb not null default '{"usd":0,"tokens":0,"requests":0}',
  used timestamptz not null default now(), primary key (run, scope));
create table if not exists ${schema}.budget_holders (
  run text, scope text, holder text, spent jsonb not null, held jsonb not null, expires float8 not null,
  primary key (run, scope, holder));

create or replace function ${schema}.limit_exchange(place_account text, place_model text, told jsonb, slack float8, busy_wait float8)
returns jsonb language plpgsql as $body$
declare
  now_ms float8;
  state ${schema}.limits;
  penalty float8;
  in_flight int;
  live int;
  request_ms float8 := (60000 + slack) / (told->'limits'->>'requestsPerMinute')::float8;
  token_ms float8 := (60000 + slack) / (told->'limits'->>'tokensPerMinute')::float8;
  most int := (told->'limits'->>'concurrency')::int;
  amount float8;
  granted int := 0;
  wait float8 := 0;
begin
  insert into ${schema}.limits (account, model) values (place_account, place_model) on conflict do nothing;
  select * into state from ${schema}.limits where account = place_account and model = place_model for update;
  now_ms := extract(epoch from clock_timestamp()) * 1000;
  delete from ${schema}.limit_holders where account = place_account and model = place_model and expires <= now_ms;
  select coalesce(sum(calls), 0), count(*) into in_flight, live from ${schema}.limit_holders
    where account = place_account and model = place_model and holder <> told->>'holder';
  in_flight := in_flight + (told->>'inFlight')::int;

  if (told->>'penaltyMs')::float8 > 0 then
    insert into ${schema}.limit_penalties values (place_account, now_ms + (told->>'penaltyMs')::float8)
      on conflict (account) do update set until = greatest(limit_penalties.until, excluded.until);
  end if;
  select greatest(0, until - now_ms) into penalty from ${schema}.limit_penalties where account = place_account;
  penalty := coalesce(penalty, 0);

  if token_ms is not null and (told->>'tokens')::float8 <> 0 then
    state.tokens := greatest(state.tokens, now_ms) + (told->>'tokens')::float8 * token_ms;
  end if;
  for amount in select value::text::float8 from jsonb_array_elements(told->'calls') loop
    wait := greatest(penalty, state.requests - slack - now_ms);
    if request_ms is null then wait := penalty; end if;
    if token_ms is not null then wait := greatest(wait, state.tokens - slack - now_ms); end if;
    if in_flight >= most then wait := greatest(wait, busy_wait); end if;
    if wait > 0 then exit; end if;
    wait := 0;
    granted := granted + 1;
    in_flight := in_flight + 1;
    if request_ms is not null then state.requests := greatest(state.requests, now_ms) + request_ms; end if;
    if token_ms is not null then state.tokens := greatest(state.tokens, now_ms) + amount * token_ms; end if;
  end loop;

  update ${schema}.limits set requests = state.requests, tokens = state.tokens
    where account = place_account and model = place_model;
  insert into ${schema}.limit_holders values (
    place_account, place_model, told->>'holder', (told->>'inFlight')::int + granted, now_ms + (told->>'leaseMs')::float8)
    on conflict (account, model, holder) do update set calls = excluded.calls, expires = excluded.expires;
  return jsonb_build_object(
    'granted', granted, 'waitMs', ceil(wait), 'penaltyMs', ceil(penalty), 'holders', live + 1);
end $body$;

create or replace function ${schema}.budget_add(one jsonb, other jsonb) returns jsonb language sql immutable as $body$
  select jsonb_build_object(
    'usd', (one->>'usd')::float8 + (other->>'usd')::float8,
    'tokens', (one->>'tokens')::float8 + (other->>'tokens')::float8,
    'requests', (one->>'requests')::float8 + (other->>'requests')::float8)
$body$;

create or replace function ${schema}.budget_exchange(told jsonb) returns jsonb language plpgsql as $body$
declare
  this_run text := told->>'run';
  this_holder text := told->>'holder';
  now_ms float8;
  part jsonb;
  unit text;
  this_scope text;
  state_base jsonb;
  state_spent jsonb;
  state_held jsonb;
  missing float8;
  live int;
  holders int := 1;
  fits boolean := true;
  states jsonb := '[]';
begin
  for part in select * from jsonb_array_elements(told->'parts') loop
    this_scope := part->>'scope';
    insert into ${schema}.budgets (run, scope) values (this_run, this_scope) on conflict do nothing;
    select base into state_base from ${schema}.budgets where run = this_run and scope = this_scope for update;
    now_ms := extract(epoch from clock_timestamp()) * 1000;
    update ${schema}.budget_holders set spent = ${schema}.budget_add(spent, held),
      held = '{"usd":0,"tokens":0,"requests":0}'
      where run = this_run and scope = this_scope and expires <= now_ms;
    -- What was recorded before counts against what others tell, before this process adds its own.
    for unit in select unnest(array['usd', 'tokens', 'requests']) loop
      select (part->'atLeast'->>unit)::float8 - (state_base->>unit)::float8 - coalesce(sum((spent->>unit)::float8), 0)
        into missing from ${schema}.budget_holders where run = this_run and scope = this_scope;
      if missing > 0 then
        state_base := jsonb_set(state_base, array[unit], to_jsonb((state_base->>unit)::float8 + missing));
      end if;
    end loop;
    update ${schema}.budgets set base = state_base, used = now() where run = this_run and scope = this_scope;
    insert into ${schema}.budget_holders values (
      this_run, this_scope, this_holder, part->'spent', part->'held', now_ms + (told->>'leaseMs')::float8)
      on conflict (run, scope, holder) do update
      set spent = excluded.spent, held = excluded.held, expires = excluded.expires;
    select ${schema}.budget_add(state_base, jsonb_build_object(
        'usd', sum((spent->>'usd')::float8), 'tokens', sum((spent->>'tokens')::float8),
        'requests', sum((spent->>'requests')::float8))),
      jsonb_build_object('usd', sum((held->>'usd')::float8), 'tokens', sum((held->>'tokens')::float8),
        'requests', sum((held->>'requests')::float8)),
      count(*) filter (where expires > now_ms)
      into state_spent, state_held, live from ${schema}.budget_holders where run = this_run and scope = this_scope;
    holders := greatest(holders, live);
    for unit in select unnest(array['usd', 'tokens', 'requests']) loop
      if (state_spent->>unit)::float8 + (state_held->>unit)::float8 + (told->'next'->>unit)::float8
        > (part->'cap'->>unit)::float8 then fits := false; end if;
    end loop;
    states := states || jsonb_build_array(jsonb_build_object('spent', state_spent, 'held', state_held));
  end loop;
  if fits then
    update ${schema}.budget_holders set held = ${schema}.budget_add(held, told->'next')
      where run = this_run and holder = this_holder
      and scope in (select value->>'scope' from jsonb_array_elements(told->'parts'));
  end if;
  return jsonb_build_object('granted', fits, 'states', states, 'holders', holders);
end $body$;
delete from ${schema}.budget_holders using ${schema}.budgets
  where budget_holders.run = budgets.run and budget_holders.scope = budgets.scope and used < now() - interval '7 days';
delete from ${schema}.budgets where used < now() - interval '7 days';
`
}
