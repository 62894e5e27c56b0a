import { readFileSync } from 'node:fs';
import { instant, isoInstant, type Problem } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { createHub } from '@gemel/runtime/create-hub';
import { createMemoryStore } from '@gemel/store';
import { glucosePack } from '@gemel/pack-glucose/pack';
import { glucoseMetrics } from '@gemel/pack-glucose/metrics';
import { readingsOf } from '@gemel/pack-glucose/readings';
