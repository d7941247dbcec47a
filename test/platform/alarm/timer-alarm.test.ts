import { createTimerAlarm } from '../../../src/platform/alarm/timer-alarm.ts';
import { alarmContract } from './contract.ts';

alarmContract('timer alarm', (logger) => createTimerAlarm({ logger }));
