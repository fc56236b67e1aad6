import {
  at,
  functionOf,
  list,
  type Resource,
  type Rule,
  referred,
  resourcesOf,
  set,
  type Template,
  unless,
} from '../template.ts'

const ALIAS = 'AWS::Lambda::Alias'
const GROUP = 'AWS::CodeDeploy::DeploymentGroup'
const FUNCTION = 'AWS::Lambda::Function'

/** Whatever calls a function, and what it calls. */
const callers = (template: Template): { id: string; called: unknown }[] =>
  [
    ['AWS::Lambda::EventSourceMapping', 'FunctionName'],
    ['AWS::Lambda::Permission', 'FunctionName'],
    ['AWS::ApiGatewayV2::Integration', 'IntegrationUri'],
    ['AWS::Events::Rule', 'Targets.0.Arn'],
  ].flatMap(([type = '', path = '']) =>
    resourcesOf(template, type).map(({ id, Properties }) => ({ id, called: at(Properties, path) })),
  )

const groupOf = (template: Template, alias: Resource): unknown =>
  at(
    template,
    `Resources.${referred(at(alias, 'UpdatePolicy.CodeDeployLambdaAliasUpdate.DeploymentGroupName'))}`,
  )

const alarmsOf = (template: Template, group: unknown) =>
  list(at(group, 'Properties.AlarmConfiguration.Alarms')).map((alarm) =>
    at(template, `Resources.${referred(at(alarm, 'Name'))}`),
  )

const dimension = (alarm: unknown, name: string) =>
  at(
    list(at(alarm, 'Properties.Dimensions')).find((one) => at(one, 'Name') === name),
    'Value',
  )

export const deploymentRules: Rule[] = [
  {
    name: 'every function is called by its alias alone',
    violations: (template) =>
      callers(template)
        .filter(({ called }) => template.Resources[referred(called)]?.Type !== ALIAS)
        .map(({ id }) => id),
    breakIt: (template) =>
      set(template, 'Resources.HttpApiIntegrationArchiveDashapi.Properties.IntegrationUri', {
        'Fn::GetAtt': ['ArchiveDashapiLambdaFunction', 'Arn'],
      }),
  },
  {
    name: 'every function has an alias, which CodeDeploy moves to the version of this deployment',
    violations: (template) =>
      resourcesOf(template, FUNCTION)
        .filter(({ id }) => {
          const alias = resourcesOf(template, ALIAS).find(
            ({ Properties }) => referred(Properties.FunctionName) === id,
          )
          const version = template.Resources[referred(alias?.Properties.FunctionVersion)]
          return (
            alias === undefined ||
            at(groupOf(template, alias), 'Type') !== GROUP ||
            version?.Type !== 'AWS::Lambda::Version' ||
            referred(version.Properties.FunctionName) !== id
          )
        })
        .map(({ id }) => id),
    breakIt: (template) => set(template, 'Resources.SweepAlias.UpdatePolicy', undefined),
  },
  {
    name: 'a deployment turns back on errors of the new version',
    violations: (template) =>
      unless(template, ALIAS, (alias) => {
        const group = groupOf(template, alias)
        return (
          at(group, 'Properties.AutoRollbackConfiguration.Enabled') === true &&
          list(at(group, 'Properties.AutoRollbackConfiguration.Events')).includes(
            'DEPLOYMENT_STOP_ON_ALARM',
          ) &&
          at(group, 'Properties.AlarmConfiguration.Enabled') === true &&
          alarmsOf(template, group).some(
            (alarm) =>
              at(alarm, 'Properties.MetricName') === 'Errors' &&
              referred(dimension(alarm, 'ExecutedVersion')) === referred(alias.Properties.FunctionVersion) &&
              at(dimension(alarm, 'FunctionName'), 'Fn::Sub') ===
                `\${${referred(alias.Properties.FunctionName)}}`,
          )
        )
      }),
    breakIt: (template) =>
      set(template, 'Resources.SweepDeploymentGroup.Properties.AlarmConfiguration.Alarms', [
        { Name: { Ref: 'ThawDashsegmentsNewVersionAlarm' } },
      ]),
  },
  {
    name: 'a deployment of what answers calls turns back when the API answers with 5xx',
    violations: (template) =>
      resourcesOf(template, 'AWS::ApiGatewayV2::Integration')
        .filter(({ Properties }) => {
          const alias = resourcesOf(template, ALIAS).find(
            ({ id }) => id === referred(Properties.IntegrationUri),
          )
          return !alarmsOf(template, alias && groupOf(template, alias)).some(
            (alarm) => at(alarm, 'Properties.MetricName') === '5xx',
          )
        })
        .map(({ id }) => id),
    breakIt: (template) =>
      set(template, 'Resources.ArchiveDashapiDeploymentGroup.Properties.AlarmConfiguration.Alarms', [
        { Name: { Ref: 'ArchiveDashapiNewVersionAlarm' } },
      ]),
  },
  {
    name: 'what turns a deployment back goes off while a canary still has five minutes',
    violations: (template) =>
      unless(template, GROUP, (group) =>
        alarmsOf(template, group).every(
          (alarm) =>
            Number(at(alarm, 'Properties.Period')) * Number(at(alarm, 'Properties.DatapointsToAlarm')) <= 120,
        ),
      ),
    breakIt: (template) => set(template, 'Resources.ApiFailuresAlarm.Properties.Period', 300),
  },
  {
    name: 'what is tried again, and how often, holds for the alias, which is made first',
    violations: (template) =>
      unless(
        template,
        'AWS::Lambda::EventInvokeConfig',
        ({ Properties, DependsOn }) =>
          Properties.Qualifier === 'live' &&
          list(DependsOn).some(
            (id) =>
              template.Resources[String(id)]?.Type === ALIAS &&
              functionOf(template, { Ref: id }) === referred(Properties.FunctionName),
          ),
      ),
    breakIt: (template) => set(template, 'Resources.SweepLambdaEvConf.DependsOn', undefined),
  },
]
