import { costWidgets } from './cost-widgets.ts'
import { keepingUpWidgets, lossWidgets, serviceWidgets } from './pipeline-widgets.ts'
import { rehydrationWidgets } from './rehydration-widgets.ts'
import type { Place } from './series.ts'
import { layOut, propertiesOf, type Widget } from './widget.ts'

export type Section = { readonly title: string; readonly widgets: readonly Widget[] }

/** The questions that the dashboard answers, and what with. `memory`: MB of each function. */
export const sectionsOf = (place: Place, memory: Readonly<Record<string, number>>): readonly Section[] => [
  { title: 'Is anything lost?', widgets: lossWidgets(place) },
  { title: 'Is it keeping up?', widgets: keepingUpWidgets(place) },
  { title: 'How long do rehydrations take?', widgets: rehydrationWidgets(place) },
  { title: 'What does it cost?', widgets: costWidgets(place, memory) },
  { title: 'How are the functions?', widgets: serviceWidgets },
]

const ALARM_ARN = `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:`

/** The body of `AWS::CloudWatch::Dashboard`, for `Fn::Sub`: the alarms first, then a section a question. */
export const dashboardBody = (
  place: Place,
  memory: Readonly<Record<string, number>>,
  alarmNames: readonly string[],
): string => {
  const alarms = {
    type: 'alarm',
    x: 0,
    y: 0,
    width: 24,
    height: 4,
    properties: {
      title: 'Alarms',
      alarms: alarmNames.map((name) => `${ALARM_ARN}${name}`),
      states: ['ALARM'],
    },
  }
  let row = alarms.height
  const widgets = sectionsOf(place, memory).flatMap(({ title, widgets: own }) => {
    const heading = {
      type: 'text',
      x: 0,
      y: row,
      width: 24,
      height: 1,
      properties: { markdown: `## ${title}` },
    }
    const { placed, end } = layOut(own, row + heading.height)
    row = end
    const charts = placed.map(({ widget, x, y, height }) => ({
      type: 'metric',
      x,
      y,
      width: widget.width,
      height,
      properties: propertiesOf(widget),
    }))
    return [heading, ...charts]
  })
  return JSON.stringify({ widgets: [alarms, ...widgets] })
}
