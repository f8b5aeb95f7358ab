{{- define "rediserve.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "rediserve.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "rediserve.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "rediserve.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "rediserve.selector" -}}
app.kubernetes.io/name: {{ include "rediserve.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "rediserve.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "rediserve.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "rediserve.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "rediserve.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* A token is not missing where the configuration file says who may come in. */}}
{{- define "rediserve.environment" -}}
- name: REDISERVE_LISTEN
  value: {{ printf "*:%v" (int .Values.containerPort) | quote }}
- name: REDISERVE_THREADS
  value: {{ .Values.threads | quote }}
- name: REDISERVE_DRAIN_GRACE
  value: {{ printf "%vs" (int .Values.drain.graceSeconds) | quote }}
- name: REDISERVE_DRAIN_TIMEOUT
  value: {{ printf "%vs" (int .Values.drain.timeoutSeconds) | quote }}
- name: REDISERVE_HTTP_LIMITS_BODY
  value: {{ .Values.limits.body | quote }}
- name: REDISERVE_REDIS_REPLY_BYTES
  value: {{ .Values.limits.reply | quote }}
{{- if .Values.config }}
- name: REDISERVE_CONFIG
  value: /etc/rediserve/rediserve.json
{{- end }}
{{- if .Values.redis.existingSecret }}
- name: REDISERVE_REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.existingSecret | quote }}
      key: {{ .Values.redis.existingSecretKey | quote }}
{{- else if .Values.redis.url }}
- name: REDISERVE_REDIS_URL
  value: {{ .Values.redis.url | quote }}
{{- else if not (hasKey .Values.config "redis") }}
{{- fail "where is Redis? set redis.url, redis.existingSecret or config.redis" }}
{{- end }}
{{- if .Values.auth.existingSecret }}
- name: REDISERVE_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .Values.auth.existingSecret | quote }}
      key: {{ .Values.auth.existingSecretKey | quote }}
{{- else if .Values.auth.insecureNoAuth }}
- name: REDISERVE_INSECURE_NO_AUTH
  value: "true"
{{- else if not (hasKey .Values.config "access") }}
{{- fail "who may come in? set auth.existingSecret to a Secret that holds the token, or config.access" }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}
