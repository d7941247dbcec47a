import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Dispatcher } from 'undici';
import { EvolutionError, errorOfAnswer, errorOfFailure, errorOfUnreadable } from './errors.ts';
import { type Exchange, exchange, exchangeText, segment } from './exchange.ts';
import {
  ATTACHMENTS,
  AttachedRow,
  type Bot,
  ConnectionStateAnswer,
  FindBotsAnswer,
  FindSettingsAnswer,
  InstanceState,
  LatestMessageAnswer,
  WebhookRow,
} from './wire-fleet.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Where an instance also sends its messages, beside its webhook. */
export type Attached = (typeof ATTACHMENTS)[number];

/**
 * What a fleet asks of instances again and again, each question with its own short deadline. All reject with
 * `EvolutionError`, `unreadable` where the answer is about another instance than the one asked for.
 */
export function callFleetReads(deps: {
  origin: string;
  prefix: string;
  dispatcher: Dispatcher;
  apiKey: string;
  deadlineMs: number;
}) {
  return {
    /** The server's memory. `not_loaded`: only its database knows the instance. */
    async state(instance: string): Promise<InstanceState | 'not_loaded'> {
      const found = await ask(instance, ConnectionStateAnswer, get(`/instance/connectionState/${segment(instance)}`));
      if (found.instance.instanceName !== instance) throw aboutAnother();
      return found.instance.state ?? 'not_loaded';
    },

    /**
     * All states of its memory in one answer, by the instances' names; undefined where the server does not offer it to
     * everybody. What its memory does not hold is not in it.
     */
    async allStates(): Promise<Map<string, InstanceState> | undefined> {
      const call = { ...get('/metrics'), headers: {}, answerBytesMax: 16 * MIB };
      const result = await exchangeText(deps.dispatcher, deps.origin, call);
      if (result.kind === 'failed') throw errorOfFailure(result.failure);
      if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
      return result.status === 200 ? statesIn(result.text) : undefined;
    },

    async webhook(instance: string): Promise<WebhookRow | null> {
      return ask(instance, Type.Union([WebhookRow, Type.Null()]), get(`/webhook/find/${segment(instance)}`));
    },

    async settings(instance: string): Promise<FindSettingsAnswer> {
      return ask(instance, FindSettingsAnswer, get(`/settings/find/${segment(instance)}`));
    },

    /** What is switched on beside the webhook. Costs the server some ten milliseconds. */
    async attached(instance: string): Promise<Attached[]> {
      const rows = await ask(
        instance,
        Type.Array(AttachedRow),
        get(`/instance/fetchInstances?instanceName=${segment(instance)}`),
      );
      const row = rows.find(({ name }) => name === instance);
      if (row === undefined) throw aboutAnother();
      return ATTACHMENTS.filter((name) => isOn(row[name]));
    },

    /** How many bots of a kind are switched on; undefined where the server does not have this kind. */
    async bots(instance: string, bot: Bot): Promise<number | undefined> {
      try {
        const found = await ask(instance, FindBotsAnswer, get(`/${bot}/find/${segment(instance)}`));
        return (found ?? []).filter(isOn).length;
      } catch (error) {
        if (error instanceof EvolutionError && error.kind === 'refused') return undefined;
        throw error;
      }
    },

    /** When the latest message in its database was sent or received, in seconds since 1970; undefined when it has none. */
    async latestMessageAt(instance: string): Promise<number | undefined> {
      const body = JSON.stringify({ where: {}, page: 1, offset: 1 });
      const headers = { apikey: deps.apiKey, 'content-type': 'application/json' };
      const call = get(`/chat/findMessages/${segment(instance)}`);
      const { messages } = await ask(instance, LatestMessageAnswer, { ...call, method: 'POST', headers, body });
      const [latest] = messages.records;
      return latest?.messageTimestamp;
    },
  };

  function get(path: string): Exchange {
    return {
      method: 'GET',
      path: deps.prefix + path,
      headers: { apikey: deps.apiKey },
      body: null,
      deadlineMs: deps.deadlineMs,
      answerBytesMax: MIB,
    };
  }

  async function ask<S extends Type.TSchema>(instance: string, schema: S, call: Exchange): Promise<Static<S>> {
    const result = await exchange(deps.dispatcher, deps.origin, call);
    if (result.kind === 'failed') throw errorOfFailure(result.failure);
    if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
    if (result.status < 200 || result.status >= 300) {
      throw errorOfAnswer(result.status, result.body, [deps.apiKey], instance);
    }
    if (Value.Check(schema, result.body)) return result.body;
    throw new EvolutionError('unreadable', 'not the shape an Evolution server answers with', result.status);
  }
}

function aboutAnother(): EvolutionError {
  return new EvolutionError('unreadable', 'the answer is about another instance', 200);
}

function isOn(setting: { enabled?: boolean | null } | null | undefined): boolean {
  return setting !== null && setting !== undefined && setting.enabled !== false;
}

function statesIn(text: string): Map<string, InstanceState> | undefined {
  // Something in front of the server may answer every path with a page of its own.
  if (!text.includes('evolution_instances_total')) return undefined;
  const states = new Map<string, InstanceState>();
  for (const [, instance, state] of text.matchAll(
    /^evolution_instance_state\{instance="([^"\n]*)".*,state="(\w+)"\} 1$/gm,
  )) {
    if (instance !== undefined && Value.Check(InstanceState, state)) states.set(instance, state);
  }
  return states;
}
