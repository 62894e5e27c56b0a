import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { parse } from '../expression/parse.ts';
import { defineModel } from '../model/define-model.ts';
import { ensemble } from './ensemble.ts';
import { planEnsemble } from './plan.ts';
import { runShader } from './shader.ts';
import { gpuEnsemble } from './webgpu.ts';
import { WORKGROUP, wgslKernelSource } from './wgsl-kernel.ts';

const FUNCTIONS = [
  'exp',
  'ln',
  'sqrt',
  'sin',
  'cos',
  'tan',
  'atan',
  'tanh',
  'sinh',
  'cosh',
  'asinh',
  'log10',
  'factorial',
];
/** Each function of a growing x, a power and a remainder among them. */
const model = defineModel({
  id: 'gpu',
  title: 'GPU',
  time: 'h',
  parameters: { k: '0.5 : /h : rate : test', one: '1 : h : hour : test' },
  states: { x: '0.25 positive : 1 : argument : test', n: '0 : 1 : counter : test' },
  inputs: { push: '0 step : /h : input : test' },
  definitions: Object.fromEntries([
    ...FUNCTIONS.map((name) => [
      name === 'exp' ? 'e0' : `f_${name}`,
      `${name}(${name === 'factorial' ? 'floor(x)' : 'x'}) : 1 : ${name} : test`,
    ]),
    ['power', 'x^1.7 : 1 : power : test'],
    ['rest', 'rem(x, 0.3) : 1 : remainder : test'],
    ['asin1', 'asin(x/8) : 1 : asin : test'],
    ['acos1', 'acos(x/8) : 1 : acos : test'],
  ]),
  equations: { x: 'k*(1 + push*one)*(x > 1 ? 1: 0.5 + ln(x + 1)*tanh(x))', n: '0' },
  outputs: [
    'x',
    'e0',
    ...FUNCTIONS.slice(1).map((name) => `f_${name}`),
    'power',
    'rest',
    'asin1',
    'acos1',
    'n',
    'push',
  ] as never,
});
const design = { step: 0.25, substeps: parse('1 + n'), updates: { n: parse('push > k ? 2: 0') } } as const;
const MEMBERS = 70;
const request = {
  members: MEMBERS,
  intervals: 8,
  every: 2,
  parameters: { k: Float64Array.from({ length: MEMBERS }, (_, i) => 0.3 + i / 100) },
  inputs: { push: Float64Array.of(0, 1, 0, 0, 2, 0, 0, 1) },
};

test('without an adapter it is refused by name', async () => {
  await expect(gpuEnsemble(model, design, undefined)).rejects.toMatchObject({ code: 'ensemble-no-adapter' });
  const none = { requestAdapter: async () => null } as unknown as GPU;
  await expect(gpuEnsemble(model, design, none)).rejects.toMatchObject({ code: 'ensemble-no-adapter' });
});

test('the shader declares what it uses, once in each scope', () => {
  const source = wgslKernelSource(planEnsemble(model, design), model.parameters.length);
  const scopes: Set<string>[] = [new Set()];
  for (const line of source.split('\n')) {
    const declared = /^(?:let|var) ([a-z]\w*)/.exec(line)?.[1];
    for (const [name] of line.replace(/^(let|var) \w+/, '').matchAll(/\b[tsx]\d+\b/g)) {
      const parameter = /^x[01]$/.test(name);
      expect(parameter || scopes.some((scope) => scope.has(name)), `${name} in ${line}`).toBe(true);
    }
    if (declared !== undefined) {
      expect(scopes.at(-1)!.has(declared), declared).toBe(false);
      scopes.at(-1)!.add(declared);
    }
    for (const sign of line.replace(/\}.*\{/, '').match(/[{}]/g) ?? []) {
      if (sign === '{') scopes.push(new Set());
      else scopes.pop();
    }
  }
  expect(scopes.length).toBe(1);
});

const browser = process.env.GEMEL_CHROMIUM ?? '/usr/bin/chromium';

// Skipped where there is no Chromium: nothing else here has an adapter.
test.skipIf(!existsSync(browser))(
  'the shader gives the numbers of double precision to single precision',
  async ({ skip }) => {
    const reference = ensemble(model, { ...design, backend: 'javascript' });
    const given = reference.members(request);
    const exact = reference.run(request);
    const opened = await chromium.launch({
      executablePath: browser,
      args: [
        '--no-sandbox',
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--enable-unsafe-swiftshader',
      ],
    });
    const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<p>')).listen(
      0,
      '127.0.0.1',
    );
    try {
      const page = await opened.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const inputs = given.inputs[0].values;
      const outcome = await page.evaluate(
        async ({ source, run, shape, parameters, states, series, outputs, workgroup }) => {
          const adapter = await navigator.gpu?.requestAdapter();
          if (!adapter) return null;
          const device = await adapter.requestDevice();
          const { messages } = await device.createShaderModule({ code: source }).getCompilationInfo();
          const shader = new Function(`return ${run}`)() as typeof runShader;
          const numbers = {
            parameters: Float32Array.from(parameters),
            states: Float32Array.from(states),
            inputs: Float32Array.from(series),
            outputs,
            shape: shape as [number, number, number, number],
            start: 0,
            workgroup,
          };
          const out = await shader(device, source, numbers);
          return { problems: messages.map(({ message }) => message), values: [...out.outputs] };
        },
        {
          source: wgslKernelSource(planEnsemble(model, design), model.parameters.length),
          run: runShader.toString(),
          shape: [MEMBERS, 4, 2, 0],
          parameters: [...given.parameters],
          states: [...given.states],
          series: [...inputs],
          outputs: MEMBERS * 4 * exact.names.length,
          workgroup: WORKGROUP,
        },
      );
      if (outcome === null) {
        skip('the browser gives no WebGPU adapter');
        return;
      }
      expect(outcome.problems).toEqual([]);
      const names = exact.names.length;
      for (let m = 0; m < MEMBERS; m++) {
        for (let n = 0; n < names; n++) {
          for (let r = 0; r < 4; r++) {
            const expected = exact.values[(m * names + n) * 4 + r];
            const found = outcome.values[(m * 4 + r) * names + n];
            const apart = Math.abs(found - expected);
            // A remainder and a factorial jump where their argument passes a whole multiple.
            const jumps = exact.names[n] === 'rest' && Math.abs(apart - 0.3) < 1e-4;
            if (!jumps) expect(apart, `${exact.names[n]} of member ${m}`).toBeLessThan(2e-5 * (1 + Math.abs(expected)));
          }
        }
      }
    } finally {
      server.close();
      await opened.close();
    }
  },
);
